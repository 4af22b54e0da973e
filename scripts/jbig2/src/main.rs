//! Codes a bilevel picture (PBM, binary) as one generic region of JBIG2, for PDF.
//!
//!     jbig2 -p PICTURE.pbm > PICTURE.jbig2
//!
//! Called as the program of the same name of Debian 13 is (package `jbig2`), of which it
//! can do this much: no symbols, so no letter can stand for another.

use std::io::Write;
use std::{env, fs, process};

use jbig2enc_rust::jbig2structs::Jbig2Config;
use jbig2enc_rust::{encode_single_image_with_config, Jbig2Context};

fn main() {
    let mut arguments = env::args().skip(1).filter(|each| each != "-p");
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        fail("usage: jbig2 -p PICTURE.pbm");
    };
    let data = fs::read(&path).unwrap_or_else(|error| fail(&error.to_string()));
    let (width, height, rows) = split(&data).unwrap_or_else(|| fail("not a binary PBM"));
    let stride = width.div_ceil(8);
    let mut pixels = Vec::with_capacity(width * height);
    for row in rows.chunks_exact(stride).take(height) {
        pixels.extend((0..width).map(|x| row[x / 8] >> (7 - x % 8) & 1));
    }
    let mut config = Jbig2Config::default();
    config.symbol_mode = false;
    config.canonical_arithmetic_termination = true; // stricter decoders ask for it
    let context = Jbig2Context::with_config(config, true);
    match encode_single_image_with_config(&pixels, width as u32, height as u32, context) {
        Ok(made) if made.global_data.is_none() => std::io::stdout()
            .write_all(&made.page_data)
            .unwrap_or_else(|error| fail(&error.to_string())),
        Ok(_) => fail("more than one stream"),
        Err(error) => fail(&error.to_string()),
    }
}

/// Width, height and packed rows of a picture as `pipeline/pdf/jbig2.py` writes it.
fn split(data: &[u8]) -> Option<(usize, usize, &[u8])> {
    let body = data.strip_prefix(b"P4\n")?;
    let end = body.iter().position(|byte| *byte == b'\n')?;
    let sides = std::str::from_utf8(&body[..end]).ok()?;
    let (width, height) = sides.split_once(' ')?;
    let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
    let rows = &body[end + 1..];
    (rows.len() == width.div_ceil(8).checked_mul(height)?).then_some((width, height, rows))
}

fn fail(message: &str) -> ! {
    eprintln!("jbig2: {message}");
    process::exit(1);
}

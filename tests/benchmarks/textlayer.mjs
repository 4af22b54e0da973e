// Print what pdf.js takes a PDF's pages for, as JSON: a string a page.
// node textlayer.mjs FOLDER_OF_PDFJS_DIST FILE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Of a browser; only drawing needs it.
globalThis.DOMMatrix ??= class {};

const [folder, file] = process.argv.slice(2);
const pdfjs = await import(pathToFileURL(`${folder}/legacy/build/pdf.mjs`));
const data = new Uint8Array(readFileSync(file));
const document = await pdfjs.getDocument({ data, verbosity: 0 }).promise;
const pages = [];
for (let number = 1; number <= document.numPages; number += 1) {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent({ disableNormalization: true });
  pages.push(items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
}
console.log(JSON.stringify(pages));

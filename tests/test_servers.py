import io

import psycopg
import pytest
import sqlalchemy
from minio.error import S3Error

from tests.servers import BUCKETS, PostgresServer, S3Server


def test_an_s3_server_keeps_an_object(s3_server: S3Server) -> None:
    client = s3_server.client()
    bucket = f"{s3_server.fresh_prefix()}work"
    client.make_bucket(bucket_name=bucket)

    client.put_object(
        bucket_name=bucket, object_name="á/b", data=io.BytesIO(b"one"), length=3
    )

    assert client.get_object(bucket_name=bucket, object_name="á/b").data == b"one"


def test_a_put_does_not_make_its_bucket(s3_server: S3Server) -> None:
    with pytest.raises(S3Error, match="NoSuchBucket"):
        s3_server.client().put_object(
            bucket_name=f"{s3_server.fresh_prefix()}never",
            object_name="a",
            data=io.BytesIO(b""),
            length=0,
        )


def test_the_intake_user_may_write_and_nothing_else(
    seaweedfs_server: S3Server,
) -> None:
    client = seaweedfs_server.client(seaweedfs_server.users["intake"])
    bucket = BUCKETS[0]

    client.put_object(
        bucket_name=bucket, object_name="scan.pdf", data=io.BytesIO(b"scan"), length=4
    )

    with pytest.raises(S3Error, match="AccessDenied"):
        client.get_object(bucket_name=bucket, object_name="scan.pdf")


def test_the_web_user_may_not_write(seaweedfs_server: S3Server) -> None:
    client = seaweedfs_server.client(seaweedfs_server.users["web"])

    assert list(client.list_objects(bucket_name=BUCKETS[2])) == []
    with pytest.raises(S3Error, match="AccessDenied"):
        client.put_object(
            bucket_name=BUCKETS[2], object_name="a", data=io.BytesIO(b""), length=0
        )


def test_postgres_answers_in_unicode(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)

    with engine.connect() as connection:
        answer = connection.execute(sqlalchemy.text("SELECT 'Đỗ'")).scalar_one()

    assert answer == "Đỗ"


def test_a_fresh_database_is_empty(postgres_server: PostgresServer) -> None:
    fresh = postgres_server.fresh_database()

    with psycopg.connect(fresh.url_for("postgresql")) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_user_tables"
        ).fetchone()

    assert fresh.database != postgres_server.database
    assert found == (0,)

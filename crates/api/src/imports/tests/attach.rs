//! Files attached to a request: what may be, what may not, and how they are handed out.

use serde_json::json;

use super::support::{BYTES, CSV, Desk, form, victims};
use crate::attachments::media::samples;

const PDF: &str = "application/pdf";

/// A desk with one request, in Samarinda.
async fn desk(folder: &std::path::Path) -> (Desk, String) {
    let desk = Desk::found(folder).await;
    let import = desk.judged("province", "disaster", CSV, victims(&[(1, "64.72")])).await;
    desk.accepted("province", &import).await;
    let (filter, today) = (salur_store::requests::Filter::default(), jiff::civil::date(2024, 10, 1));
    let scope = salur_store::requests::Scope::Everywhere;
    let ids = desk.app.store.ids(&filter, &scope, today, 10).await.unwrap();
    let path = format!("/requests/{}/attachments", ids[0]);
    (desk, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_each_kind_comes_back_as_it_was_and_is_run_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, path) = desk(folder.path()).await;
    for (media, declared, bytes, ending) in [
        (PDF, PDF, samples::PDF.to_vec(), "pdf"),
        ("image/png", "image/png", samples::png(), "png"),
        ("image/jpeg", BYTES, samples::jpeg(), "jpg"),
    ] {
        let told = desk.post("samarinda", &path, declared, bytes.clone()).await;
        let body = told.with(201);
        assert_eq!((&body["media_type"], &body["size"]), (&json!(media), &json!(bytes.len())));
        let location = told.headers["location"].to_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let file = desk.get("samarinda", &location).await;
        assert_eq!((file.status.as_u16(), file.bytes), (200, bytes));
        assert_eq!(file.headers["content-type"], media);
        let name = format!("attachment; filename=\"lampiran-{}.{ending}\"", body["id"].as_str().unwrap());
        assert_eq!(file.headers["content-disposition"], name);
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        assert_eq!(file.headers["content-security-policy"], "sandbox; default-src 'none'");
        assert_eq!(file.headers["cache-control"], "no-store");
        assert_eq!(desk.get("bontang", &location).await.code(404), "not_found");
    }
    let (media, body) = form(&[("file", "image/png", &samples::png())]);
    desk.post("samarinda", &path, &media, body).await.with(201);
    let list = desk.get("auditor", &path).await.with(200);
    assert_eq!((list["data"].as_array().unwrap().len(), &list["next_cursor"]), (4, &json!(null)));
    assert_eq!(desk.get("bontang", &path).await.code(404), "not_found");
    assert_eq!(desk.post("bontang", &path, PDF, samples::PDF.to_vec()).await.code(404), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_attached_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, path) = desk(folder.path()).await;
    let polyglot = [b"%PDF-1.7\n<html><script>alert(1)</script>\n", samples::PDF].concat();
    let large = [samples::PDF, &vec![b' '; 10 * 1024 * 1024]].concat();
    for (declared, bytes, status, code) in [
        (PDF, Vec::new(), 422, "empty"),
        (PDF, polyglot, 422, "unsafe_content"),
        (PDF, samples::PDF[..40].to_vec(), 422, "truncated"),
        (PDF, samples::png(), 422, "media_type_mismatch"),
        ("image/png", samples::jpeg(), 422, "media_type_mismatch"),
        (BYTES, b"MZ\x90\0".to_vec(), 415, "media_type_unsupported"),
        (BYTES, b"<svg onload=alert(1)>".to_vec(), 415, "media_type_unsupported"),
        (BYTES, [b"<html>", samples::PDF].concat(), 415, "media_type_unsupported"),
        ("text/html", samples::PDF.to_vec(), 415, "media_type_unsupported"),
        (PDF, large, 413, "file_too_large"),
    ] {
        assert_eq!(desk.post("samarinda", &path, declared, bytes).await.code(status), code);
    }
    assert_eq!(desk.get("samarinda", &path).await.with(200)["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_attaches_once() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, path) = desk(folder.path()).await;
    let attach = || {
        let request = super::support::request("samarinda", "POST", &path);
        let request = request.header("content-type", PDF).header("idempotency-key", "letter");
        desk.ask(request.body(samples::PDF.into()).unwrap())
    };
    assert_eq!(attach().await.with(201), attach().await.with(201));
    assert_eq!(desk.get("samarinda", &path).await.with(200)["data"].as_array().unwrap().len(), 1);
}

//! Files attached to a request: a photograph, a scanned letter. What a file is, its own bytes say; it is kept sealed,
//! and handed out in a way that no browser runs anything in it.

pub(crate) mod media;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use salur_core::command::Command;
use salur_core::{AttachmentId, Lang, RequestId};
use salur_store::StoreError;
use salur_store::job::{Act, Job};
use salur_store::lists::AttachmentRow;
use salur_store::requests::Listed;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use self::media::{Media, Unfit};
use crate::App;
use crate::caller::{Caller, Idempotency};
use crate::problem::Problem;
use crate::upload::{self, Rules, Upload, said};

/// Largest file.
const BYTES_MAX: usize = 10 * 1024 * 1024;
/// Files that are received or handed out at once: each is in memory as a whole.
static MOVING: Semaphore = Semaphore::const_new(4);

/// The routes of attachments.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(attach_file, attachments)).routes(routes!(attachment))
}

/// A file attached to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentBody {
    /// Its id.
    pub id: Uuid,
    /// The request it belongs to.
    pub request: Uuid,
    /// When it was attached.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, as the history has it.
    pub digest: String,
    /// The name it is saved under.
    pub name: String,
}

/// The files attached to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentsPage {
    /// The files, oldest first.
    pub data: Vec<AttachmentBody>,
    /// Always null: they come on one page.
    pub next_cursor: Option<String>,
    /// Always false.
    pub has_more: bool,
}

type IdOf = Result<Path<Uuid>, PathRejection>;

/// Attaches a file to a request: PDF, JPEG or PNG by content, at most 10 MiB.
#[utoipa::path(
    post, path = "/requests/{id}/attachments", tag = "attachments",
    params(("id" = Uuid, Path, description = "The request")),
    request_body(
        content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"),
            (Vec<u8> = "application/octet-stream"), (Vec<u8> = "multipart/form-data")),
        description = "The file; as a form, the part `file`."
    ),
    responses(
        (status = 201, body = AttachmentBody, headers(("Location" = String, description = "The file"))),
        (status = 404, body = Problem),
        (status = 413, description = "The file is too large", body = Problem),
        (status = 415, description = "Neither PDF nor JPEG nor PNG", body = Problem),
        (status = 422, description = "Empty, cut off, or something else than it says", body = Problem),
    )
)]
pub async fn attach_file(
    State(app): State<App>,
    caller: Caller,
    key: Idempotency,
    id: IdOf,
    request: Request,
) -> Result<Response, Problem> {
    let Ok(Path(id)) = id else { return Err(Problem::not_found(caller.lang)) };
    let request_id = seen(&app, &caller, id).await?.request.id;
    let _turn = MOVING.acquire().await;
    let rules = Rules { bytes: BYTES_MAX, parts: &["file"], lang: caller.lang };
    let upload = upload::receive(request, rules).await?.into_iter().flatten().next().unwrap_or_default();
    let media = media_of(&upload, caller.lang)?;
    let size = u64::try_from(upload.bytes.len()).unwrap_or(u64::MAX);
    let sealing = app.clone();
    let runtime = Handle::current();
    let key = key.over(&upload.bytes);
    let kept = tokio::task::spawn_blocking(move || runtime.block_on(sealing.store.keep_file(&upload.bytes)));
    let digest = kept
        .await
        .unwrap_or_else(|error| Err(StoreError::Unfit(format!("keeping a file broke down: {error}"))))
        .map_err(|error| Problem::broken(&error, caller.lang))?;
    let act = Act {
        request: request_id,
        command: Command::Attach {
            attachment: AttachmentId(app.clock.new_id()),
            media_type: media.media_type().to_owned(),
            size,
            digest,
        },
        seen: None,
        note: None,
        facts: None,
        subject_key: None,
    };
    let told = app.store.execute(caller.ask(key, Job::Act(Box::new(act)))).await;
    let world = app.store.world();
    told.map_err(|error| Problem::of(&error, caller.lang, &world, None))?;
    // Under a repeated key it is the file that was attached then.
    let rows =
        app.store.attachments(request_id).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let row = rows.into_iter().rfind(|row| row.digest == digest);
    let body = body_of(row.ok_or_else(|| Problem::not_found(caller.lang))?);
    let location = format!("/api/v1/attachments/{}", body.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(body)).into_response())
}

/// Lists the files attached to a request.
#[utoipa::path(
    get, path = "/requests/{id}/attachments", tag = "attachments",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, body = AttachmentsPage), (status = 404, body = Problem))
)]
pub async fn attachments(
    State(app): State<App>,
    caller: Caller,
    id: IdOf,
) -> Result<Json<AttachmentsPage>, Problem> {
    let Ok(Path(id)) = id else { return Err(Problem::not_found(caller.lang)) };
    let request = seen(&app, &caller, id).await?.request.id;
    let rows = app.store.attachments(request).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    Ok(Json(AttachmentsPage {
        data: rows.into_iter().map(body_of).collect(),
        next_cursor: None,
        has_more: false,
    }))
}

/// Hands an attached file out, to be saved and never to be shown in place.
#[utoipa::path(
    get, path = "/attachments/{id}", tag = "attachments", params(("id" = Uuid, Path, description = "The file")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, body = Problem),
    )
)]
pub async fn attachment(State(app): State<App>, caller: Caller, id: IdOf) -> Result<Response, Problem> {
    let Ok(Path(id)) = id else { return Err(Problem::not_found(caller.lang)) };
    let found = app.store.attachment(AttachmentId(id)).await;
    let found = found.map_err(|error| Problem::broken(&error, caller.lang))?;
    let row = found.ok_or_else(|| Problem::not_found(caller.lang))?;
    seen(&app, &caller, row.request.0).await?;
    let _turn = MOVING.acquire().await;
    caller.note_reading(&app, "attachment_read", row.request.0).await?;
    let bytes = app.store.fetch_file(row.digest).await;
    let bytes = bytes.map_err(|error| Problem::broken(&error, caller.lang))?;
    let headers = [
        (CONTENT_TYPE, row.media_type.clone()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", name_of(&row))),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// A request that the caller may see.
async fn seen(app: &App, caller: &Caller, id: Uuid) -> Result<Listed, Problem> {
    let found = app.store.request(RequestId(id)).await;
    let found = found.map_err(|error| Problem::broken(&error, caller.lang))?;
    found.filter(|listed| caller.sees(&listed.request.region)).ok_or_else(|| Problem::not_found(caller.lang))
}

/// What a file is, if it may be attached.
fn media_of(upload: &Upload, lang: Lang) -> Result<Media, Problem> {
    let wanted = "PDF, JPEG, PNG";
    let declared = upload.declared.as_deref().unwrap_or("application/octet-stream");
    let claim = Media::ALL.into_iter().find(|media| media.media_type() == declared);
    if claim.is_none() && declared != "application/octet-stream" {
        return Err(upload::unsupported(lang, wanted));
    }
    let media = match Media::of(&upload.bytes) {
        Ok(media) => media,
        Err(Unfit::Unknown) => return Err(upload::unsupported(lang, wanted)),
        Err(unfit) => return Err(unfit_problem(unfit, lang)),
    };
    if claim.is_some_and(|claim| claim != media) {
        let detail = said(
            lang,
            format!("Berkas ini berisi {media}, bukan {declared}."),
            format!("This file holds {media}, not {declared}."),
        );
        return Err(Problem::malformed("media_type_mismatch", detail));
    }
    Ok(media)
}

fn unfit_problem(unfit: Unfit, lang: Lang) -> Problem {
    let (code, id, en) = match unfit {
        Unfit::Empty => ("empty", "Berkas ini kosong.", "This file is empty."),
        Unfit::Truncated => (
            "truncated",
            "Berkas ini terpotong atau rusak; pindai atau simpan ulang.",
            "This file is cut off or damaged; scan or save it again.",
        ),
        Unfit::Unsafe | Unfit::Unknown => (
            "unsafe_content",
            "Berkas ini memuat bagian yang tidak diperbolehkan; pindai atau simpan ulang.",
            "This file holds a part that is not allowed; scan or save it again.",
        ),
    };
    Problem::malformed(code, said(lang, id, en))
}

fn body_of(row: AttachmentRow) -> AttachmentBody {
    AttachmentBody {
        name: name_of(&row),
        id: row.id.0,
        request: row.request.0,
        at: row.at,
        media_type: row.media_type,
        size: u64::try_from(row.size).unwrap_or_default(),
        digest: row.digest.to_string(),
    }
}

/// A name of our own: a sender's may say who somebody is, or where a file is to be put.
fn name_of(row: &AttachmentRow) -> String {
    let ending = Media::ALL.into_iter().find(|media| media.media_type() == row.media_type);
    format!("lampiran-{}.{}", row.id, ending.map_or("bin", Media::ending))
}

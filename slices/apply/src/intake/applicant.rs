//! Whose application it is: found by 法人番号 or name, or written down anew.

use std::str::FromStr;

use hojo_db::{Tx, random};
use hojo_web::Fault;
use hojo_words::ids::{ApplicantId, PublicId};
use hojo_words::{CorporateNumber, text};

/// What was typed about the applicant.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub corporate_number: String,
    pub name: String,
    /// A person chosen among several of the same name; `new` for none of them.
    pub chosen: String,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Who {
    Is(ApplicantId, String),
    /// Several may be meant: public id and words.
    Choose(Vec<(PublicId, String)>),
    /// Field and what is wrong with it.
    Wrong(&'static str, String),
}

pub(super) async fn find(tx: &mut Tx, typed: &Typed) -> Result<Who, Fault> {
    let name = typed.name.trim().to_owned();
    if let Err((_, what)) = text::check_printable(&name) {
        return Ok(Who::Wrong("name", format!("使えない文字（{}）があります。", what.name())));
    }
    if text::count_chars(&name) > 80 {
        return Ok(Who::Wrong("name", "商号又は氏名は80字以内で入力してください。".to_owned()));
    }
    let digits = text::fold_width(typed.corporate_number.trim());
    if digits.is_empty() { by_name(tx, &name, &typed.chosen).await } else { by_number(tx, &digits, name).await }
}

async fn by_number(tx: &mut Tx, digits: &str, name: String) -> Result<Who, Fault> {
    let Ok(number) = CorporateNumber::from_str(digits) else {
        return Ok(Who::Wrong(
            "corporate_number",
            "法人番号が正しくありません。13桁の数字を確認してください。".to_owned(),
        ));
    };
    let known = sqlx::query!("select id, name from applicants where corporate_number = $1", number.as_str())
        .fetch_optional(tx.sql())
        .await?;
    if let Some(row) = known {
        return Ok(Who::Is(ApplicantId(row.id), row.name));
    }
    if name.is_empty() {
        return Ok(Who::Wrong(
            "name",
            "この法人番号の申請者は登録されていません。商号又は名称を入力してください。".to_owned(),
        ));
    }
    create(tx, Some(number.as_str()), name).await
}

async fn by_name(tx: &mut Tx, name: &str, chosen: &str) -> Result<Who, Fault> {
    if name.is_empty() {
        return Ok(Who::Wrong(
            "corporate_number",
            "法人番号を入力してください。個人事業主の場合は氏名を入力してください。".to_owned(),
        ));
    }
    if let Ok(id) = chosen.parse::<PublicId>() {
        let row = sqlx::query!("select id, name from applicants where public_id = $1", id.uuid())
            .fetch_optional(tx.sql())
            .await?;
        return Ok(row.map_or(Who::Wrong("name", "選んだ申請者が見つかりません。".to_owned()), |r| {
            Who::Is(ApplicantId(r.id), r.name)
        }));
    }
    let same = sqlx::query!(
        "select public_id, name, corporate_number from applicants where name = $1 order by created_at limit 20",
        name
    )
    .fetch_all(tx.sql())
    .await?;
    if same.is_empty() || chosen == "new" {
        return create(tx, None, name.to_owned()).await;
    }
    let words = |name: String, number: Option<String>| match number {
        Some(number) => format!("{name}（法人番号 {number}）"),
        None => format!("{name}（個人事業主）"),
    };
    Ok(Who::Choose(
        same.into_iter().map(|r| (PublicId::from_uuid(r.public_id), words(r.name, r.corporate_number))).collect(),
    ))
}

/// A number makes a corporation; without one it is a sole proprietor.
async fn create(tx: &mut Tx, number: Option<&str>, name: String) -> Result<Who, Fault> {
    let id = ApplicantId(random::key());
    let kind = if number.is_some() { "corporation" } else { "sole_proprietor" };
    sqlx::query!(
        "insert into applicants (id, public_id, kind, corporate_number, name) values ($1, $2, $3, $4, $5)",
        id.0,
        random::public_id().uuid(),
        kind,
        number,
        name
    )
    .execute(tx.sql())
    .await?;
    Ok(Who::Is(id, name))
}

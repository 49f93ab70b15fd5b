//! Things people do, one page after the other, as they would do them without scripts.

use anyhow::{Context, ensure};
use hojo_words::ids::PublicId;

use super::browser::{Browser, Page};
use super::dice::Dice;
use super::texts::{COMMENTS, OVERALL};

/// The id behind an address like `/filings/{id}`, however the address goes on.
fn id_after(address: &str, prefix: &str) -> anyhow::Result<PublicId> {
    let rest = address.strip_prefix(prefix).with_context(|| format!("{address} does not begin with {prefix}"))?;
    let id = rest.split(['/', '?', '#']).next().unwrap_or_default();
    id.parse().map_err(|_| anyhow::anyhow!("{address} holds no id"))
}

/// Starts an application in a round from the own page; gives the filing.
pub async fn start(b: &Browser, round: PublicId) -> anyhow::Result<PublicId> {
    let me = b.get("/me").await?;
    let form = me.form(&format!("/me/start?round={round}"))?;
    let first = form.buttons.first().context("the form to start with has no button")?.label.clone();
    let page = b.press(&form, &first).await?.ok()?;
    id_after(&page.at, "/filings/")
}

/// Types one answer on its page and saves it.
pub async fn change(b: &Browser, base: &str, section: &str, field: &str, value: &str) -> anyhow::Result<()> {
    let address = format!("{base}/sections/{section}");
    let mut form = b.get(&address).await?.form(&address)?;
    form.set(field, value)?;
    b.press(&form, "保存").await?.ok()?;
    Ok(())
}

/// Confirms, declares and submits what `base` (`/filings/{id}`, `/intake/filings/{id}`) holds; gives the receipt page.
pub async fn submit(b: &Browser, base: &str) -> anyhow::Result<Page> {
    let page = b.get(&format!("{base}/check")).await?;
    let mut form = page.form("/submit")?;
    form.tick_all("confirm");
    form.set("declare", "yes")?;
    let page = b.press(&form, "提出する").await?.ok()?;
    ensure!(page.at.ends_with("/receipt"), "submitting ended at {}: {}", page.at, page.words());
    Ok(page)
}

/// Leaves with a reason.
pub async fn withdraw(b: &Browser, filing: PublicId, reason: &str) -> anyhow::Result<()> {
    let mut form = b.get(&format!("/filings/{filing}/withdraw")).await?.form("/withdraw")?;
    form.set("reason", reason)?;
    form.set("sure", "yes")?;
    b.press(&form, "申請を取り下げる").await?.ok()?;
    Ok(())
}

/// Paper that came to the office: the applicant by number, or by name when there is none. Gives the filing.
pub async fn take_in(
    b: &Browser,
    round: PublicId,
    number: Option<&str>,
    name: &str,
    received: time::Date,
) -> anyhow::Result<PublicId> {
    let mut form = b.get("/intake").await?.form("/intake")?;
    form.set("round", &round.to_string())?;
    form.set("corporate_number", number.unwrap_or_default())?;
    form.set("name", name)?;
    form.set("channel", "paper")?;
    form.set("received_on", &received.to_string())?;
    let mut page = b.press(&form, "受け付けて入力を始める").await?;
    if page.status == 422 && page.has("同じ名前の申請者") {
        let mut form = page.form("/intake")?;
        let first = form.options("applicant").into_iter().next().context("nobody of that name")?;
        form.set("applicant", &first)?;
        page = b.press(&form, "受け付けて入力を始める").await?;
    }
    id_after(&page.ok()?.at, "/intake/filings/")
}

/// Takes a case into one's own hands.
pub async fn claim(b: &Browser, case: PublicId) -> anyhow::Result<()> {
    let page = b.get(&format!("/cases/{case}")).await?;
    let form = page.form_with_button("自分が担当になる")?;
    b.press(&form, "自分が担当になる").await?.ok()?;
    Ok(())
}

/// Ticks the checklist as fitting (the first `many` items, or all), except `fails`, and saves it.
pub async fn tick(
    b: &Browser,
    case: PublicId,
    many: Option<usize>,
    fails: Option<&str>,
    note: &str,
) -> anyhow::Result<()> {
    let page = b.get(&format!("/cases/{case}/examine")).await?;
    let mut form = page.form("/examine/checklist")?;
    let items: Vec<String> = form.names().into_iter().filter(|n| n.starts_with("item_")).collect();
    for name in items.iter().take(many.unwrap_or(items.len())) {
        form.set(name, if fails.is_some_and(|f| *name == format!("item_{f}")) { "fails" } else { "fits" })?;
    }
    if !note.is_empty() {
        form.set("note", note)?;
    }
    b.press(&form, "保存する").await?.ok()?;
    Ok(())
}

/// How a first check ends.
#[derive(Clone, Copy, Debug)]
pub enum Result1<'a> {
    Passed,
    Excluded { reason: &'a str },
}

/// Ticks everything and ends the first check.
pub async fn first_check(b: &Browser, case: PublicId, result: Result1<'_>) -> anyhow::Result<()> {
    let fails = matches!(result, Result1::Excluded { .. }).then_some("excluded_business");
    tick(b, case, None, fails, "").await?;
    let mut form = b.get(&format!("/cases/{case}/examine/finish")).await?.form("/examine/finish")?;
    match result {
        Result1::Passed => form.set("result", "passed")?,
        Result1::Excluded { reason } => {
            form.set("result", "excluded")?;
            form.set("reason", reason)?;
        }
    }
    b.press(&form, "一次の形式確認を終える").await?.ok()?;
    Ok(())
}

/// The second person agrees, or sends the case back to the first check with a reason.
pub async fn second_check(b: &Browser, case: PublicId, disagrees: Option<&str>) -> anyhow::Result<()> {
    let mut form = b.get(&format!("/cases/{case}/examine/second")).await?.form("/examine/second")?;
    form.set("agrees", if disagrees.is_some() { "no" } else { "yes" })?;
    form.set("reason", disagrees.unwrap_or_default())?;
    b.press(&form, "二次の形式確認を終える").await?.ok()?;
    Ok(())
}

/// Writes a remark on a field with a wording of the edition.
pub async fn remark(b: &Browser, case: PublicId, field: &str, wording: &str) -> anyhow::Result<()> {
    let page = b.get(&format!("/cases/{case}/examine?remark={field}&wording={wording}")).await?;
    let form = page.form("/examine/remarks")?;
    ensure!(form.get("text").is_some_and(|t| !t.is_empty()), "there is no wording {wording}");
    b.press(&form, "指摘を追加する").await?.ok()?;
    Ok(())
}

/// Sends the remarks to the applicant.
pub async fn send_back(b: &Browser, case: PublicId) -> anyhow::Result<()> {
    let form = b.get(&format!("/cases/{case}/return")).await?.form("/return")?;
    b.press(&form, "差し戻す").await?.ok()?;
    Ok(())
}

/// Sets how many cases a reviewer takes at a time.
pub async fn set_capacity(b: &Browser, reviewer: PublicId, capacity: u32) -> anyhow::Result<()> {
    let mut form = b.get(&format!("/reviewers/{reviewer}")).await?.form("/capacity")?;
    form.set("capacity", &capacity.to_string())?;
    let button = form.buttons.first().context("the limit has no button")?.label.clone();
    b.press(&form, &button).await?.ok()?;
    Ok(())
}

/// Takes the system's proposal for reviewers. Returns whether there was anything to assign.
pub async fn assign_reviewers(b: &Browser, round: PublicId) -> anyhow::Result<bool> {
    let page = b.get(&format!("/assignments/automatic?round={round}")).await?;
    let Ok(form) = page.form("/assignments/automatic") else { return Ok(false) };
    b.press(&form, "割り当てる").await?.ok()?;
    Ok(true)
}

/// The assignments on a reviewer's list, in its order.
pub async fn my_reviews(b: &Browser) -> anyhow::Result<Vec<PublicId>> {
    let page = b.get("/review").await?;
    let ids = page.links().iter().filter_map(|l| id_after(l, "/review/").ok()).collect();
    Ok(ids)
}

/// Says whether there is a conflict of interest.
pub async fn declare(b: &Browser, assignment: PublicId, conflict: Option<&str>) -> anyhow::Result<()> {
    let mut form = b.get(&format!("/review/{assignment}")).await?.form("/declare")?;
    form.set("conflict", if conflict.is_some() { "conflict" } else { "none" })?;
    form.set("reason", conflict.unwrap_or_default())?;
    b.press(&form, "申告する").await?.ok()?;
    Ok(())
}

/// Gives points around `level` (0 low … 2 high) with comments; `all` fills the sheet, otherwise half of it.
pub async fn score(b: &Browser, assignment: PublicId, level: usize, all: bool, dice: &mut Dice) -> anyhow::Result<()> {
    let page = b.get(&format!("/review/{assignment}")).await?;
    let mut form = page.form("/save")?;
    let criteria: Vec<String> =
        form.names().iter().filter_map(|n| n.strip_prefix("points.").map(str::to_owned)).collect();
    let many = if all { criteria.len() } else { criteria.len() / 2 };
    let (low, high) = [(0, 3), (2, 4), (3, 5)].get(level).copied().unwrap_or((2, 4));
    let words =
        |from: &[&'static [&'static str]; 3], dice: &mut Dice| dice.pick(from.get(level).copied().unwrap_or_default());
    for c in criteria.iter().take(many) {
        let name = format!("points.{c}");
        if form.options(&name).iter().any(|o| o == "pass") {
            form.set(&name, if level == 0 && dice.chance(10) { "fail" } else { "pass" })?;
        } else {
            form.set(&name, &dice.between(low, high).to_string())?;
        }
        form.set(&format!("comment.{c}"), words(&COMMENTS, dice))?;
    }
    if all {
        form.set("overall", words(&OVERALL, dice))?;
    }
    b.press(&form, "保存する").await?.ok()?;
    Ok(())
}

/// Finalises a filled sheet.
pub async fn finalise(b: &Browser, assignment: PublicId) -> anyhow::Result<()> {
    let form = b.get(&format!("/review/{assignment}/finalise")).await?.form("/finalise")?;
    let button = form.buttons.first().context("finalising has no button")?.label.clone();
    b.press(&form, &button).await?.ok()?;
    Ok(())
}

/// Makes an adoption run; gives it.
pub async fn make_run(b: &Browser, round: PublicId, name: &str, budget: Option<i64>) -> anyhow::Result<PublicId> {
    let mut form = b.get(&format!("/runs/new?round={round}")).await?.form("/runs")?;
    form.set("name", name)?;
    form.set("total", &budget.map(|b| b.to_string()).unwrap_or_default())?;
    let page = b.press(&form, "実行して保存する").await?.ok()?;
    id_after(&page.at, "/runs/")
}

/// Commits a run: another person than its maker.
pub async fn commit_run(b: &Browser, run: PublicId) -> anyhow::Result<()> {
    let form = b.get(&format!("/runs/{run}/commit")).await?.form("/commit")?;
    b.press(&form, "採否を確定し").await?.ok()?;
    Ok(())
}

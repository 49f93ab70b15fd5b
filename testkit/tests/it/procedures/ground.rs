//! Adopted cases, and complete answers of a grant application for them.

use hojo_access::{Actor, Permission, Staff, allow};
use hojo_app::demo::draft;
use hojo_db::Mode;
use hojo_programme::{Answers, Raw, RawRow, read};
use hojo_testkit::browser::{Browser, Page};
use hojo_testkit::dice::Dice;
use hojo_testkit::steps::{self, Result1};
use hojo_testkit::{Applicant, Filed, World};
use hojo_words::ids::{PublicId, StaffId};
use sqlx::Connection;

pub const GRANT: &str = "grant-application";

/// Applications of these companies, adopted: their notices have arrived.
pub async fn adopted(world: &World, companies: &[u32]) -> Vec<Filed> {
    let mut all = Vec::new();
    for n in companies {
        all.push(world.checked(*n).await.unwrap());
    }
    let (one, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    assert!(steps::assign_reviewers(&one, world.round).await.unwrap());
    for n in 1..=9 {
        let reviewer = world.reviewer(n).await.unwrap();
        for assignment in steps::my_reviews(&reviewer).await.unwrap() {
            let mut dice = Dice::new(1, "points", u64::from(n));
            steps::declare(&reviewer, assignment, None).await.unwrap();
            steps::score(&reviewer, assignment, 2, true, &mut dice).await.unwrap();
            steps::finalise(&reviewer, assignment).await.unwrap();
        }
    }
    world.drain().await.unwrap();
    let run = steps::make_run(&one, world.round, "採択案", None).await.unwrap();
    steps::commit_run(&other, run).await.unwrap();
    world.drain().await.unwrap();
    for filed in &all {
        assert_eq!(world.position(filed.case).await.unwrap(), "closed");
    }
    all
}

/// The id behind `/filings/…` or `/intake/filings/…`.
pub fn filing_of(page: &Page) -> PublicId {
    let rest = page.at.split("filings/").nth(1).unwrap_or_else(|| panic!("{}: {}", page.at, page.words()));
    rest.split(['/', '?']).next().unwrap().parse().unwrap()
}

/// Begins a procedure from the case's own page.
pub async fn begin(company: &Browser, case: PublicId, procedure: &str) -> Page {
    let address = format!("/cases/{case}/procedures");
    let form = company.get(&address).await.unwrap().form(&format!("/procedures/{procedure}")).unwrap();
    let label = form.buttons[0].label.clone();
    company.press(&form, &label).await.unwrap()
}

/// A procedure that is not offered, asked for all the same.
pub async fn insist(company: &Browser, case: PublicId, procedure: &str) -> Page {
    let mut form = company.get("/me").await.unwrap().form("/sign-out").unwrap();
    form.action = format!("/cases/{case}/procedures/{procedure}");
    let label = form.buttons[0].label.clone();
    company.press(&form, &label).await.unwrap()
}

/// Fields no form of the page offers, with the person's own token.
pub async fn post(b: &Browser, address: &str, fields: &[(&str, &str)]) -> Page {
    let token = b.get("/").await.unwrap().form("/sign-out").unwrap().get("_csrf").unwrap();
    let mut all = vec![("_csrf", token.as_str())];
    all.extend(fields);
    b.post_fields(address, &all).await.unwrap()
}

/// What the draft began with.
async fn carried(world: &World, filing: PublicId) -> Answers {
    let mut db = world.superuser().await.unwrap();
    let rows: Vec<(sqlx::types::JsonValue,)> = sqlx::query_as(
        "select d.answers from draft_sections d join filings f on f.id = d.filing_id where f.public_id = $1",
    )
    .bind(filing.uuid())
    .fetch_all(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    let mut all = Answers::default();
    for (part,) in rows {
        let part: Answers = serde_json::from_value(part).unwrap();
        all.0.extend(part.0);
    }
    all
}

fn text(words: &str) -> Raw {
    Raw::Text(words.to_owned())
}

/// Complete answers over what was carried: the example's consents, today's papers, machinery alone.
pub async fn fill_in(world: &World, who: &Applicant, filing: PublicId) -> Answers {
    let procedure = world.edition.procedure(GRANT).unwrap().clone();
    let example = procedure.examples.iter().find(|e| e.answers.text("consent_rules") == "yes").unwrap();
    let began = carried(world, filing).await;
    let Some(Raw::Rows(rows)) = began.get("lines") else { panic!("no lines were carried: {began:?}") };
    let mut tx = world.house.portal_db.begin(&who.actor, Mode::Read).await.unwrap();
    let today = tx.now().await.unwrap().date();
    let (_, desk) = tx.filing_desk::<allow::EditFiling>(filing).await.unwrap();
    tx.commit().await.unwrap();
    let mut answers = Answers::default();
    for (field, raw) in &example.answers.0 {
        let known = procedure.form.field(field).is_some_and(|f| f.from.is_none() && f.value.is_none());
        if known {
            answers.set(field, raw.clone());
        }
    }
    answers.0.extend(began.0.clone());
    let day = today.to_string();
    let mut lines: Vec<RawRow> =
        rows.iter().filter(|row| row.get("category") == Some(&text("machinery"))).cloned().collect();
    assert!(!lines.is_empty(), "nothing to buy was carried: {rows:?}");
    let mut assets = Vec::new();
    for line in &mut lines {
        let until = (today + time::Duration::days(90)).to_string();
        for (column, value) in [
            ("used", "no"),
            ("requested_on", day.as_str()),
            ("quoted_on", day.as_str()),
            ("valid_until", until.as_str()),
            ("quotes", "2"),
            ("selection", "lowest"),
        ] {
            line.insert(column.to_owned(), text(value));
        }
        let of = |column: &str| line.get(column).cloned().unwrap_or_else(|| text(""));
        let asset = [
            ("asset_name", of("item")),
            ("asset_model", text("型番1")),
            ("asset_kind", text("machine")),
            ("asset_unit_price", of("unit_price")),
            ("asset_quantity", of("quantity")),
            ("asset_payee", of("payee")),
            ("asset_quotes", text("2")),
            ("asset_place", text("本社工場")),
            ("asset_life", text("10")),
            ("asset_exclusive", text("yes")),
        ];
        assets.push(asset.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<RawRow>());
    }
    answers.set("lines", Raw::Rows(lines));
    answers.set("assets", Raw::Rows(assets));
    for field in ["guidance_on", "registry_issued_on", "announced_on"] {
        answers.set(field, text(&day));
    }
    for (field, days) in [("project_start", 30), ("project_end", 270)] {
        answers.set(field, text(&(today + time::Duration::days(days)).to_string()));
    }
    answers.set("employees_now", text(desk.facts.text("filed.application.employees").unwrap_or("10")));
    answers.set("announced_ways", Raw::Many(vec!["document".into()]));
    for field in ["fund_own", "fund_loan", "fund_other"] {
        answers.set(field, text("0"));
    }
    let (reading, _) = read(&world.edition, &procedure, &answers, &desk.facts);
    let yen = |field: &str| reading.value(field).as_yen().unwrap_or_else(|| panic!("{field} is unknown")).get();
    answers.set("fund_own", text(&(yen("gross_total") - yen("requested_grant")).to_string()));
    draft::type_in(&world.house.portal_db, &world.house.vault, &who.actor, filing, &procedure.form, &answers, &[])
        .await
        .unwrap();
    answers
}

/// The person behind a login of the office.
pub async fn colleague(world: &World, login: &str) -> Actor {
    let mut db = world.superuser().await.unwrap();
    let row: (uuid::Uuid, String) =
        sqlx::query_as("select id, name from staff where login = $1").bind(login).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    Actor::Staff(Staff {
        staff: StaffId(row.0),
        name: row.1,
        permissions: Permission::ALL.iter().copied().collect(),
        limits: hojo_access::Limits::default(),
    })
}

/// Types what the office found into a run of its own motion.
pub async fn type_lapse(world: &World, filing: PublicId) {
    let procedure = world.edition.procedure("adoption-lapse").unwrap().clone();
    let mut answers = Answers::default();
    let today = hojo_words::jst::read_date(&world.today().await.unwrap()).unwrap();
    let yesterday = today.previous_day().unwrap().to_string();
    for (field, value) in [
        ("lapse_ground", "guidance"),
        ("facts_text", "採択後の説明会のいずれにも参加がなかった。"),
        ("last_guidance_on", yesterday.as_str()),
        ("heard", "no"),
    ] {
        answers.set(field, text(value));
    }
    let who = colleague(world, "operator1").await;
    draft::type_in(&world.house.office_db, &world.house.vault, &who, filing, &procedure.form, &answers, &[])
        .await
        .unwrap();
}

/// Drafted by one manager, approved by the other; the letters that follow are delivered.
pub async fn decide(world: &World, run: PublicId, outcome: &str, reason: &str) {
    let (one, two) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let preview = propose(&one, run, outcome, None, reason).await.ok().unwrap();
    one.press(&preview.form("/ruling").unwrap(), "起案する").await.unwrap().ok().unwrap();
    let form = two.get(&format!("/cases/{run}/approve")).await.unwrap().form("/approve").unwrap();
    two.press(&form, "決裁する").await.unwrap().ok().unwrap();
    world.drain().await.unwrap();
    assert_eq!(world.position(run).await.unwrap(), "closed");
}

/// One of two ends the check of a later procedure; the second agrees where the flow wants two.
pub async fn check(world: &World, run: PublicId) {
    let (one, two) = (world.staff("operator1").await.unwrap(), world.staff("operator2").await.unwrap());
    steps::first_check(&one, run, Result1::Passed).await.unwrap();
    if world.position(run).await.unwrap() == "second_check" {
        steps::second_check(&two, run, None).await.unwrap();
    }
    assert_eq!(world.position(run).await.unwrap(), "decide");
}

/// Fills the form of a draft decision and goes to its preview.
pub async fn propose(b: &Browser, run: PublicId, outcome: &str, amount: Option<&str>, reason: &str) -> Page {
    let address = format!("/cases/{run}/ruling");
    let mut form = b.get(&address).await.unwrap().form("/ruling").unwrap();
    form.set("outcome", outcome).unwrap();
    if let Some(amount) = amount {
        form.set("amount", amount).unwrap();
    }
    form.set("reason", reason).unwrap();
    b.press(&form, "確認へ進む").await.unwrap()
}

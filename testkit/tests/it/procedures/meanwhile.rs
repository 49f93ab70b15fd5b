//! What comes in between: two procedures that exclude each other, a day that passes, a second press, a draft sent back.

use axum::body::Body;
use axum::http::Request;
use hojo_testkit::World;
use hojo_testkit::browser::{Browser, Page};
use hojo_testkit::form::FileToSend;
use time::Duration;

use super::ground::{insist, post};
use super::stage::Stage;
use super::story::Story;

impl Story<'_, '_> {
    /// Presses 提出する, whatever comes of it.
    async fn pressed(&self) -> Page {
        let company = self.stage.company();
        let mut form = company.get(&format!("/filings/{}/check", self.filing)).await.unwrap().form("/submit").unwrap();
        form.tick_all("confirm");
        form.set("declare", "yes").unwrap();
        company.press(&form, "提出する").await.unwrap()
    }

    /// Turned away with these words, which stand on the page before anybody presses; the draft stays.
    async fn turned_away(&self, why: &str) {
        let page = self.stage.company().get(&format!("/filings/{}/check", self.filing)).await.unwrap();
        assert!(page.has(why), "{why}: {}", page.words());
        // Somebody who had the page open from before presses all the same.
        let token = page.form("/sign-out").unwrap().get("_csrf").unwrap();
        let seen = page.form("/submit").ok().and_then(|form| form.get("_seen")).unwrap_or_default();
        let fields = [("_csrf", token.as_str()), ("_seen", seen.as_str()), ("declare", "yes")];
        let refused =
            self.stage.company().post_fields(&format!("/filings/{}/submit", self.filing), &fields).await.unwrap();
        assert!(refused.status == 422 && refused.has(why), "{why}: {}", refused.words());
        assert_eq!(self.position().await, "draft");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_exclude_each_other_the_second_is_not_handed_in() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    // Two drafts hinder nobody.
    let report = stage.begin("performance-report", "交付決定額どおりに確定する").await;
    report.fill().await;
    let mut end = stage.go_on("abolition", "差戻しを受けて直す").await;
    end.example.answers.set("stop_on", hojo_programme::Raw::Text("2099-01-01".into()));
    end.fill().await;
    assert!(end.pressed().await.at.ends_with("/receipt"));
    world.drain().await.unwrap();
    report.turned_away("「中止（廃止）承認申請」の手続中は、実績報告を提出できません").await;
    // Once it is out of the way, the same draft goes in.
    let company = stage.company();
    let mut form = company.get(&format!("/filings/{}/withdraw", end.filing)).await.unwrap().form("/withdraw").unwrap();
    form.set("reason", "続けられることになったため").unwrap();
    form.set("sure", "yes").unwrap();
    company.press(&form, "手続を取り下げる").await.unwrap().ok().unwrap();
    assert_eq!(end.position().await, "withdrawn");
    assert!(report.pressed().await.at.ends_with("/receipt"));
    world.drain().await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_cancellation_nothing_is_handed_in_and_nothing_is_told_of_it() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    let report = stage.begin("commercialisation-report", "報告を確認する").await;
    report.fill().await;
    let cancelling = stage.go_on("inspection", "適正と認める").await;
    // An inspection is in nobody's way; a cancellation is.
    assert_eq!(cancelling.position().await, "draft");
    let operator = world.staff("operator1").await.unwrap();
    let begun = post(
        &operator,
        &format!("/cases/{}/begin", stage.case()),
        &[("procedure", "grant-cancellation"), ("by", "office")],
    )
    .await;
    let base = begun.location().unwrap();
    let (procedure, example) =
        super::stage::example(&world, "grant-cancellation", "弁明を聴いて全部を取り消し、返還に進む");
    let mut answers = example.answers.clone();
    let day = (example.now.unwrap() - Duration::days(1_000)).date().to_string();
    answers.set("found_on", hojo_programme::Raw::Text(day));
    super::typed::type_answers(&operator, &base, &procedure, &answers).await;
    hojo_testkit::steps::submit(&operator, &base).await.unwrap_or_else(|e| panic!("{e:#}"));
    world.drain().await.unwrap();
    report.turned_away("事務局で確認していることがあるため、今は事業化状況・知的財産権等報告を提出できません").await;
    let page = stage.company().get(&format!("/filings/{}/check", report.filing)).await.unwrap();
    assert!(!page.has("取消し"), "{}", page.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_in_time_is_handed_in_in_time() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    let story = stage.begin("advance-payment", "請求どおりに概算払をする").await;
    story.fill().await;
    let end = stage.life().await.dates["project_end"];
    stage.later(&story.example, hojo_words::jst::start_of_day(end) + Duration::days(1)).await;
    let page = stage.company().get(&format!("/filings/{}/check", story.filing)).await.unwrap();
    assert!(page.has("補助事業完了期限を過ぎたため、概算払は請求できません"), "{}", page.words());
    assert_eq!(story.position().await, "draft");
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_begin_at_once_find_one_draft() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    stage.set_by("name-change", "差戻しを受けて直す").await;
    let company = stage.company();
    let begin = || insist(&company, stage.case(), "name-change");
    let (one, two, three) = tokio::join!(begin(), begin(), begin());
    assert!(
        one.at.starts_with("/filings/") && one.at == two.at && two.at == three.at,
        "{} {} {}",
        one.at,
        two.at,
        three.at
    );
    // The office does not begin beside a draft that somebody types.
    let operator = world.staff("operator1").await.unwrap();
    let today = world.today().await.unwrap();
    let fields = [
        ("procedure", "name-change"),
        ("by", "office_on_behalf"),
        ("channel", "paper"),
        ("received_on", today.as_str()),
    ];
    let refused = post(&operator, &format!("/cases/{}/begin", stage.case()), &fields).await;
    assert!(refused.status == 422 && refused.has("下書きを作成中"), "{}", refused.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_approves_may_send_back_and_so_may_the_agency() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    let story = stage.begin("plan-change", "差戻しを受けて直す").await;
    story.file().await.checked_by_the_office().await.drafted().await;
    let back = |who: &'static str, page: &'static str, action: &'static str, reason: &'static str| {
        let (world, run) = (&world, story.run);
        async move {
            let browser = world.staff(who).await.unwrap();
            let page = browser.get(&format!("/cases/{run}/{page}")).await.unwrap();
            let forms = page.forms();
            let form = forms.into_iter().find(|form| form.action.ends_with(action) && form.has("reason"));
            let mut form = form.unwrap_or_else(|| panic!("no way back: {}", page.words()));
            form.set("reason", reason).unwrap();
            browser.press(&form, "差し戻す").await.unwrap()
        }
    };
    // A reason is needed, and asked for.
    let refused = back("manager2", "approve", "/send-back", " ").await;
    assert!(refused.status == 422 && refused.has("理由が入力されていません"), "{}", refused.words());
    back("manager2", "approve", "/send-back", "変更後の額の根拠を補うこと").await.ok().unwrap();
    assert_eq!(story.position().await, "decide");
    let desk = world.staff("manager1").await.unwrap().get(&format!("/cases/{}", story.run)).await.unwrap();
    assert!(desk.has("変更後の額の根拠を補うこと"), "{}", desk.words());

    story.drafted().await.approved().await;
    assert_eq!(story.position().await, "consult");
    // The office cannot approve in the agency's place, nor take back what lies there.
    let manager = world.staff("manager2").await.unwrap();
    assert!(manager.go(&format!("/cases/{}/agency", story.run)).await.unwrap().status.as_u16() >= 400);
    let refused = back("supervisor", "agency", "/agency", "").await;
    assert!(refused.status == 422 && refused.has("理由が入力されていません"), "{}", refused.words());
    back("supervisor", "agency", "/agency", "協議の資料が足りないこと").await.ok().unwrap();
    assert_eq!(story.position().await, "decide");
    assert_eq!(stage.life().await.plan.get("lines"), None, "nothing took effect");

    // Drafted anew: asked of the agency by a letter of its own, and approved.
    story.drafted().await.approved().await.agreed_by_the_agency().await.as_expected_but_letters().await;
    let mut db = world.superuser().await.unwrap();
    let asked: i64 =
        sqlx::query_scalar("select count(*) from letters where kind = 'change-request' and state = 'delivered'")
            .fetch_one(&mut db)
            .await
            .unwrap();
    assert_eq!(asked, 2);
    drop(db);
    world.end().await.unwrap();
}

/// As the script of the page saves while somebody types.
async fn autosave(world: &World, b: &Browser, path: &str, version: &str, field: &str, value: &str) -> Page {
    let token = b.get(path).await.unwrap().form("/sign-out").unwrap().get("_csrf").unwrap();
    let request = Request::builder()
        .method("POST")
        .uri(format!("{path}/autosave"))
        .header("host", "portal.test")
        .header("origin", world.config.portal_url.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-csrf-token", token)
        .header("x-hojo-version", version)
        .body(Body::from(format!("{field}={value}")))
        .unwrap();
    b.send(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_saved_while_typed_and_its_tables_come_from_a_sheet() {
    let world = World::new().await;
    let stage = Stage::new(&world).await;
    let story = stage.begin("advance-payment", "請求どおりに概算払をする").await;
    story.fill().await;
    let company = stage.company();
    let section = |field: &str| {
        let form = &story.procedure.form;
        let slot = form.slots[field];
        let section = form.sections.iter().find(|section| section.fields.contains(&slot)).unwrap();
        format!("/filings/{}/sections/{}", story.filing, section.id)
    };
    // Saved as typed; who comes with an old version is told, and nothing is overwritten.
    let path = section("reason");
    let version = company.get(&path).await.unwrap().form(&path).unwrap().get("_version").unwrap();
    let saved = autosave(&world, &company, &path, &version, "reason", "2b").await;
    assert_eq!(saved.status, 200, "{}", saved.words());
    let stale = autosave(&world, &company, &path, &version, "reason", "3c").await;
    assert_eq!(stale.status, 409, "{}", stale.words());
    assert_eq!(company.get(&path).await.unwrap().form(&path).unwrap().get("reason").as_deref(), Some("2b"));

    // The sheet holds what was typed. Emptied and taken in again, the rows are back.
    let path = section("lines");
    let sheet = company.get(&format!("/filings/{}/template/lines", story.filing)).await.unwrap();
    let rows = |page: &Page| page.form(&path).unwrap().get("lines[0].item").filter(|item| !item.is_empty());
    let typed = rows(&company.get(&path).await.unwrap()).unwrap();
    let form = company.get(&path).await.unwrap().form(&path).unwrap();
    let (token, version) = (form.get("_csrf").unwrap(), form.get("_version").unwrap());
    let fields = [("_csrf", token.as_str()), ("_version", version.as_str()), ("_action", "list"), ("_has", "lines")];
    assert!(company.post_fields(&path, &fields).await.unwrap().status.is_redirection());
    assert_eq!(rows(&company.get(&path).await.unwrap()), None);
    let mut form = company.get(&path).await.unwrap().form(&path).unwrap();
    let file = FileToSend { name: "経費.xlsx".into(), media_type: String::new(), bytes: sheet.body.to_vec() };
    form.attach("import", file).unwrap();
    let preview = company.press(&form, "取り込む").await.unwrap().ok().unwrap();
    assert!(preview.has(&typed), "{}", preview.words());
    let confirm = preview.form("/import/lines/confirm").unwrap();
    let label = confirm.buttons[0].label.clone();
    company.press(&confirm, &label).await.unwrap().ok().unwrap();
    assert_eq!(rows(&company.get(&path).await.unwrap()), Some(typed));
    world.end().await.unwrap();
}

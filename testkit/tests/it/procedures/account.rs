//! Who the company is and how it comes in.

use hojo_db::Mode;
use hojo_testkit::World;
use hojo_words::jst;
use sqlx::{Connection, Row};

use super::dues;
use super::stage::Stage;

pub async fn transferred(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("account-transfer", "不採択の案件では始められない", "この案件は終了しているため").await;

    let story = stage.begin("account-transfer", "差戻しを受けて直す").await;
    story.file().await.returned("sub_mismatch").await.refiled().await;
    story.checked_by_the_office().await.drafted().await.approved().await.as_expected().await;

    // The old account is out at once; the new one comes to the same case.
    let home = stage.company().go("/me").await.unwrap();
    assert!(!home.at.starts_with("/me"), "{}", home.at);
    let mut who = stage.filed.applicant.who.clone();
    who.sub = story.example.answers.text("new_gbiz_sub").to_owned();
    let old = world.house.portal();
    let turned_away = world.house.try_sign_in(&old, stage.filed.applicant.who.clone()).await.unwrap();
    assert!(!turned_away.at.starts_with("/me"), "{}: {}", turned_away.at, turned_away.words());
    letters_know_the_addressee(world).await;
    let new = world.house.sign_in_applicant(who).await.unwrap();
    let page = new.get(&format!("/cases/{}/procedures", stage.case())).await.unwrap();
    assert!(page.has("交付決定・補助事業実施中"), "{}", page.words());
    assert!(new.get("/letters").await.unwrap().links().iter().any(|link| link.starts_with("/letters/")));
}

/// Nobody has come in with the new account yet, and the reminders of the case are printed all the same.
async fn letters_know_the_addressee(world: &World) {
    let mut db = world.superuser().await.unwrap();
    let sql = "select distinct r ->> 'on' from dues, jsonb_array_elements(reminders) r where r ->> 'kind' = 'after' order by 1";
    let days: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    for day in days {
        dues::go_to(world, jst::read_date(&day).unwrap()).await;
        dues::workers(world).await;
    }
    let sql = "select problem from letters where cause like 'due:%'";
    let problems: Vec<Option<String>> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    db.close().await.unwrap();
    assert!(!problems.is_empty() && problems.iter().all(Option::is_none), "{problems:?}");
}

pub async fn renamed(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("name-change", "採択を辞退した後には届け出られない", "変更の届出は要りません").await;

    let story = stage.begin("name-change", "差戻しを受けて直す").await;
    story.file().await.returned("registry_missing").await.refiled().await.decided().await;
    let new = story.example.answers.text("new_name").to_owned();
    let page = stage.page().await;
    assert!(page.has(&new), "{new}: {}", page.words());
    // What it was called is kept.
    let mut db = world.superuser().await.unwrap();
    let row = sqlx::query("select before ->> 'name', told ->> 'name' from applicant_changes")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(
        (row.get::<String, _>(0), row.get::<String, _>(1)),
        (stage.filed.applicant.who.name.clone().unwrap(), new.clone())
    );

    // From now on the new name is the company's, also after a sign-in at which GビズID still says the old one; that the
    // two differ is shown to both.
    let old = stage.filed.applicant.who.name.clone().unwrap();
    let browser = world.house.sign_in_applicant(stage.filed.applicant.who.clone()).await.unwrap();
    let mut tx = world.house.portal_db.begin(&stage.filed.applicant.actor, Mode::Read).await.unwrap();
    let facts = tx.facts(world.round_id, stage.filed.applicant.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(facts.text("account.name"), Some(new.as_str()));
    let me = browser.get("/me").await.unwrap();
    assert!(me.has("GビズIDの登録") && me.has(&old) && me.has(&new), "{}", me.words());
    let desk = world.staff("manager1").await.unwrap().get(&format!("/cases/{}", stage.case())).await.unwrap();
    assert!(desk.has("GビズIDの登録との違い") && desk.has(&old), "{}", desk.words());

    // What a decision reaches beyond its case is written down under what the person used.
    let sql = "select distinct permission from operation_log where detail ? 'changes'";
    let used: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    db.close().await.unwrap();
    assert_eq!(used, ["decision.approve"]);

    let story = stage.begin("name-change", "振込口座の変更の受理").await;
    story.file().await.decided().await;
    assert!(stage.life().await.payee.contains_key("number"));
    // Its letter is addressed to who the company is now.
    let mut db = world.superuser().await.unwrap();
    let sql =
        "select model ->> 'addressee' from letters where kind = 'acceptance-notice' order by created_at desc limit 1";
    let addressee: String = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    assert!(addressee.contains(&new) && !addressee.contains(&old), "{addressee}");
}

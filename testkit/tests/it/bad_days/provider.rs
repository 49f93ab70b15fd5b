//! GビズID is away: people who are signed in work on, others are told what is the matter.

use hojo_access::Site;
use hojo_words::Now;

use super::Desk;
use crate::ground::{Session, real_now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_provider_is_down_work_goes_on_and_the_sign_in_page_explains() {
    let desk = Desk::empty().await;
    let nobody = desk.house.client(Site::Portal, &Session::default());
    assert!(!nobody.get("/sign-in").await.ok().has("接続しにくい"));
    desk.house.gbizid.set_down(Some(Now::new(real_now())));

    let path = format!("{}/sections/outline", desk.base);
    desk.client.get("/me").await.ok();
    desk.client
        .post_with(&format!("{path}/autosave"), &[("plan_title", "続きの題")], &[("x-hojo-version", "1")])
        .await
        .ok();
    desk.client.post("/session/extend", &[]).await;
    assert!(desk.client.get(&path).await.ok().has("続きの題"));

    let page = nobody.get("/sign-in").await.ok();
    assert!(page.has("接続しにくい") && page.has("そのまま作業を続けられます"), "{}", page.said());
    let told = nobody.post("/sign-in", &[("to", "/me")]).await;
    assert_eq!(told.status, 503, "{}", told.said());
    assert!(told.has("もう一度ログイン"), "{}", told.said());
    nobody.get("/").await.ok();

    desk.house.gbizid.set_down(None);
    let away = nobody.post("/sign-in", &[("to", "/me")]).await.to();
    assert!(away.starts_with("https://gbizid.invalid/"), "{away}");
    desk.end().await;
}

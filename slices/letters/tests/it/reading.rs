//! The applicant reads the own letters, nobody else's; opening one is written down once.

use hojo_letters::letter_job;
use hojo_words::ids::PublicId;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_read_by_its_addressee_alone() {
    let w = World::new().await;
    let mine = w.file("見本商店", "a@example.jp").await;
    let other = w.file("他人商店", "b@example.jp").await;
    w.enqueue(letter_job(mine.row.public_id, "receipt", "file:1")).await;
    w.work().await;
    let id = PublicId::from_uuid(w.text("select public_id from letters").await.parse().unwrap());
    let (page, pdf) = (format!("/letters/{id}"), format!("/letters/{id}/pdf"));

    for path in [&page, &pdf] {
        assert_eq!(w.portal_get(&other, path, &[]).await.status, 404);
    }
    assert!(!w.portal_get(&other, "/letters", &[]).await.text.contains(&page));
    assert_eq!(w.text("select read_at from letters").await, "");

    let list = w.portal_get(&mine, "/letters", &[]).await;
    assert!(list.status == 200 && list.text.contains(&page) && list.text.contains("未読"), "{}", list.text);
    // A browser that fetches ahead has shown nothing.
    assert_eq!(w.portal_get(&mine, &page, &[("sec-purpose", "prefetch;prerender")]).await.status, 200);
    assert_eq!(w.text("select read_at from letters").await, "");

    let shown = w.portal_get(&mine, &page, &[]).await;
    assert!(shown.status == 200 && shown.text.contains("新も受第1号") && shown.text.contains(&pdf), "{}", shown.text);
    let read = w.text("select read_at from letters").await;
    assert_ne!(read, "");
    let file = w.portal_get(&mine, &pdf, &[]).await;
    assert_eq!(file.status, 303, "the files site hands it over");
    assert_eq!(w.text("select read_at from letters").await, read, "the first time counts");
    assert!(w.portal_get(&mine, "/letters", &[]).await.text.contains("既読"));
    w.end().await;
}

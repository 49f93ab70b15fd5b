//! Letters issued together: tried out before, confirmed once, made once whatever happens; and corrected afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use hojo_letters::{Printer, letter_job};
use hojo_press_client::{PressFault, Sheet};
use hojo_web::ui;
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;
use time::OffsetDateTime;

use crate::stand_ins::FakePress;
use crate::world::{Filed, World};

/// Companies of the round; the first three have names no font can print. `HOJO_LETTERS_TOGETHER=2000` makes it a whole
/// round, which takes minutes.
fn companies() -> usize {
    std::env::var("HOJO_LETTERS_TOGETHER").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// A press whose worker is killed after so many letters.
struct Dying(Arc<FakePress>, AtomicUsize);

#[async_trait]
impl Printer for Dying {
    async fn print(&self, model: &LetterModel, at: OffsetDateTime) -> Result<Sheet, PressFault> {
        let left = self.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.0.print(model, at).await,
            Err(_) => Err(PressFault::Died("killed half way".into())),
        }
    }
}

async fn hold(w: &World) {
    let round = w.text("select public_id from rounds").await;
    let round = PublicId::from_uuid(round.parse().unwrap());
    let held = w.office_post("/letters/hold", &format!("round={round}&procedure=application&hold=yes")).await;
    assert_eq!((held.status, held.location.as_str()), (303, "/letters/issue"), "{}", held.text);
}

async fn adopt(w: &World, name: &str, n: usize) -> Filed {
    let filed = w.file(name, &format!("c{n}@example.jp")).await;
    let case = filed.row.public_id;
    w.happen(case, &w.adoption(), vec![letter_job(case, "adoption-notice", "outcome")]).await;
    filed
}

async fn count(w: &World, state: &str) -> String {
    w.text(&format!("select count(*) from letters where state = '{state}'")).await
}

/// The value of a hidden field of the page.
fn hidden(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = html.find(&start).unwrap_or_else(|| panic!("{name}: {html}")) + start.len();
    html[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_are_issued_together_once_and_names_no_font_has_stay_behind() {
    let w = World::new().await;
    hold(&w).await;
    let companies = companies();
    let printable = companies - 3;
    let mut all = Vec::new();
    for n in 0..companies {
        let name = if n < 3 { format!("𠮷田製作所{n}") } else { format!("見本製作所{n}") };
        all.push(adopt(&w, &name, n).await);
    }
    w.work().await;
    assert_eq!(count(&w, "held").await, companies.to_string());
    assert_eq!(w.text("select count(*) from letters where number is not null").await, "0", "a trial takes no number");
    assert_eq!(w.text("select count(*) from cases where position = 'notify'").await, companies.to_string());
    assert!(w.mail.0.sent().is_empty(), "nobody is told of a trial");

    // What is looked at: how many, samples, and every name that cannot be printed with its place.
    let page = format!(
        "/letters/issue/{}/adoption-notice",
        PublicId::from_uuid(w.text("select public_id from rounds").await.parse().unwrap())
    );
    assert!(w.office_get("/letters/issue").await.text.contains(&page));
    let seen = w.office_get(&page).await.text;
    let issue = format!("{}件を発行する", ui::number(printable));
    for part in [issue.as_str(), "3件は印刷できません", "U+20BB7", "宛先の1行目", "𠮷田製作所2"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    let sample = w.text("select public_id from letters where problem is null order by created_at limit 1").await;
    let sample = w.office_get(&format!("/letters/{}/sample", PublicId::from_uuid(sample.parse().unwrap()))).await;
    assert!(sample.status == 200 && sample.text.contains("発行のときに付きます"), "{}", sample.text);

    // Confirmed as it was seen; a second click finds the first.
    let (batch, shown) = (hidden(&seen, "batch"), hidden(&seen, "count"));
    let other = w.office_post(&page, &format!("batch={batch}&count={}", printable - 1)).await;
    assert!(other.status == 422 && other.text.contains("数が変わりました"), "{} {}", other.status, other.text);
    let form = format!("batch={batch}&count={shown}");
    let (one, two) = tokio::join!(w.office_post(&page, &form), w.office_post(&page, &form));
    let progress = format!("/letters/batches/{batch}");
    let went = [&one, &two].iter().filter(|answer| answer.location == progress).count();
    assert!(went >= 1, "{} {} {} {}", one.status, one.text, two.status, two.text);
    assert_eq!(w.office_post(&page, &form).await.location, progress);
    assert_eq!(
        w.text("select count(*) from jobs where kind = 'letter' and state = 'waiting'").await,
        printable.to_string()
    );

    // One company changes its name at the last moment; the worker is killed half way; another takes over.
    w.rename(&all[3], "𠮷野製作所").await;
    w.work_with(Arc::new(Dying(Arc::clone(&w.press), AtomicUsize::new(60)))).await;
    let half = w.office_get(&progress).await.text;
    assert!(half.contains("この画面を閉じても") && half.contains("最新の状況を表示する"), "{half}");
    w.hurry().await;
    w.work().await;
    assert_eq!(count(&w, "delivered").await, (printable - 1).to_string());
    let end = w.office_get(&progress).await.text;
    assert!(end.contains("見本製作所3") && end.contains("U+20BB7") && end.contains("もう一度作成する"), "{end}");

    // The one that failed is made again by itself.
    w.rename(&all[3], "吉野製作所").await;
    let stuck =
        PublicId::from_uuid(w.text("select public_id from letters where state = 'stuck'").await.parse().unwrap());
    assert_eq!(w.office_post(&format!("/letters/{stuck}/retry"), "").await.status, 303);
    w.work().await;
    assert!(w.office_get(&progress).await.text.contains("すべて交付しました"));

    // Those that stayed behind follow once their names are mended.
    for (n, filed) in all.iter().take(3).enumerate() {
        w.rename(filed, &format!("吉田製作所{n}")).await;
    }
    assert_eq!(w.office_post(&format!("{page}/retry"), "").await.status, 303);
    w.work().await;
    let seen = w.office_get(&page).await.text;
    assert!(seen.contains("3件を発行する") && !seen.contains("印刷できません</"), "{seen}");
    let form = format!("batch={}&count=3", hidden(&seen, "batch"));
    assert_eq!(w.office_post(&page, &form).await.status, 303);
    w.work().await;

    // Each exactly once: letters, numbers without a gap, cases, mails.
    assert_eq!(count(&w, "delivered").await, companies.to_string());
    assert_eq!(
        w.text("select count(distinct number) || ' ' || max(serial) || ' ' || min(serial) from letters").await,
        format!("{companies} {companies} 1")
    );
    assert_eq!(w.text("select count(*) from cases where position = 'closed'").await, companies.to_string());
    assert_eq!(w.text("select count(*) from events where kind = 'letter_delivered'").await, companies.to_string());
    assert_eq!(w.text("select count(*) from jobs where state <> 'done'").await, "0");
    let mails =
        w.mail.0.sent().iter().filter(|mail| mail.to.starts_with('c') && !mail.to.starts_with("contact")).count();
    assert_eq!(mails, companies);
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_letter_stands_in_place_of_the_old_one() {
    let w = World::new().await;
    let filed = adopt(&w, "見本製作所", 1).await;
    w.work().await;
    let old = PublicId::from_uuid(w.text("select public_id from letters").await.parse().unwrap());
    let number = w.text("select number from letters").await;
    let asks = w.office_get(&format!("/letters/{old}")).await.text;
    assert!(asks.contains("この通知書を訂正して再交付する"), "{asks}");
    let none = w.office_post(&format!("/letters/{old}/reissue"), "reason=+").await;
    assert!(none.status == 422 && none.text.contains("訂正の理由"), "{}", none.text);

    w.rename(&filed, "見本製作所ホールディングス").await;
    let reason = "reason=%E5%95%86%E5%8F%B7%E3%81%AE%E8%AA%A4%E8%A8%98"; // 商号の誤記
    let sent = w.office_post(&format!("/letters/{old}/reissue"), reason).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let again = w.office_post(&format!("/letters/{old}/reissue"), reason).await;
    assert_eq!(again.location, sent.location, "a second click finds the first");
    w.work().await;

    assert_eq!(w.text("select count(*) from letters where state = 'delivered'").await, "2");
    let model = w.press.printed.lock().unwrap().last().cloned().unwrap();
    assert!(model.addressee[0].contains("ホールディングス") && model.number != number, "{model:?}");
    let says = model.body.last().unwrap();
    assert!(says.contains(&number) && says.contains("これに代えて"), "{says}");
    assert_eq!(w.text("select count(*) from events where kind = 'letter_delivered'").await, "1", "nothing new is told");
    assert_eq!(w.text("select position from cases").await, "closed");

    // Both stay, each knows the other, and the history says why.
    let before = w.office_get(&format!("/letters/{old}")).await.text;
    assert!(
        before.contains(&model.number) && before.contains("商号の誤記") && !before.contains("して再交付する</"),
        "{before}"
    );
    let after = w.office_get(&sent.location).await.text;
    assert!(after.contains("訂正前の通知書") && after.contains(&number) && after.contains("商号の誤記"), "{after}");
    let theirs = w.portal_get(&filed, &format!("/letters/{old}"), &[]).await.text;
    assert!(theirs.contains("この通知書は訂正されています") && theirs.contains(&model.number), "{theirs}");
    let list = w.portal_get(&filed, "/letters", &[]).await.text;
    assert!(list.contains("訂正済み") && !list.contains("商号の誤記"), "{list}");
    w.end().await;
}

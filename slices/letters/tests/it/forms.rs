//! Forms to take away: pre-filled with what is known, the own case's alone, and nothing told before its letter.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use hojo_letters::letter_job;

use crate::world::{Answer, World};

/// Every cell of the first sheet.
fn cells(answer: &Answer) -> Vec<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes.clone())).unwrap();
    let name = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&name).unwrap().is_empty(), "a form holds no formula");
    book.worksheet_range(&name).unwrap().cells().map(|(_, _, cell)| cell.clone()).collect()
}

fn has(cells: &[Data], words: &str) -> bool {
    cells.iter().any(|cell| matches!(cell, Data::String(text) if text.contains(words)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_knows_the_own_case_and_shows_no_other() {
    let w = World::new().await;
    let mine = w.file("=見本商店", "a@example.jp").await;
    let other = w.file("他人商店", "b@example.jp").await;
    let base = format!("/cases/{}/forms", mine.row.public_id);
    let list = w.portal_get(&mine, &base, &[]).await;
    assert!(list.status == 200 && list.text.contains("労働者名簿"), "{}", list.text);
    let (pdf, xlsx) =
        (format!("{base}/application/labour-roster/pdf"), format!("{base}/application/labour-roster/xlsx"));
    assert!(list.text.contains(&pdf) && list.text.contains(&xlsx), "{}", list.text);
    for path in [&base, &pdf, &xlsx] {
        assert_eq!(w.portal_get(&other, path, &[]).await.status, 404, "{path}");
    }
    let sheet = w.portal_get(&mine, &xlsx, &[]).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    let known = cells(&sheet);
    assert!(has(&known, "=見本商店") && has(&known, "雇入れの日"), "{known:?}");
    let printed = w.portal_get(&mine, &pdf, &[]).await;
    assert_eq!(printed.status, 200);
    assert!(printed.text.contains("=見本商店") && printed.text.starts_with("%PDF"), "{}", printed.text);
    // A letter of the office is no form, and there is no form nobody defined.
    for path in
        ["application/adoption-notice/pdf", "application/receipt/xlsx", "application/nothing/pdf", "nothing/a/pdf"]
    {
        assert_eq!(w.portal_get(&mine, &format!("{base}/{path}"), &[]).await.status, 404, "{path}");
    }
    assert_eq!(w.text("select count(*) from letters").await, "0", "nothing is stored");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_carries_rows_and_amounts_but_not_before_the_letter() {
    let w = World::new().await;
    let filed = w.file("見本製作所", "a@example.jp").await;
    let case = filed.row.public_id;
    w.happen(case, &w.adoption(), vec![letter_job(case, "adoption-notice", "outcome")]).await;
    let base = format!("/cases/{case}/forms");
    let xlsx = format!("{base}/grant-application/expense-sheet/xlsx");
    assert!(w.portal_get(&filed, &base, &[]).await.text.contains("通知書を準備しています"));
    assert_eq!(w.portal_get(&filed, &xlsx, &[]).await.status, 404, "the amount is told by the letter first");
    w.work().await;

    let list = w.portal_get(&filed, &base, &[]).await;
    assert!(list.text.contains("経費明細表") && list.text.contains("交付申請"), "{}", list.text);
    let sheet = w.portal_get(&filed, &xlsx, &[]).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    let known = cells(&sheet);
    assert!(has(&known, "9,000,000円") && has(&known, "見本製作所"), "{known:?}");
    let amounts = known.iter().filter(|cell| matches!(cell, Data::Float(yen) if *yen >= 100_000.0)).count();
    assert!(amounts >= 4, "the carried expenses stand there as numbers: {known:?}");
    // On paper the same rows, and lines to write on.
    let printed = w.portal_get(&filed, &xlsx.replace("/xlsx", "/pdf"), &[]).await;
    assert_eq!(printed.status, 200, "{}", printed.text);
    let model = w.press.printed.lock().unwrap().last().cloned().unwrap();
    let table = &model.sections[0].tables[0];
    assert!(table.rows.len() >= 30 && table.rows[0].iter().any(|cell| cell.ends_with('円')), "{:?}", table.rows[0]);
    assert!(table.rows.last().unwrap().iter().all(String::is_empty) && table.numeric.len() >= 3, "{table:?}");
    assert!(table.totals.iter().any(|cell| cell.ends_with('円')), "{:?}", table.totals);
    w.end().await;
}

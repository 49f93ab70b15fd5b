//! The tales. A new procedure needs a line here: a test looks for every procedure of the edition and every step.

use super::era::Era;
use super::tale::Day::Ago;
use super::tale::{Deed, Opening, Stage, Tale};

/// Every tale, oldest rounds first.
#[must_use]
pub fn all() -> Vec<Tale> {
    let mut all = old();
    all.extend(mid());
    all.extend(recent());
    all
}

const REPORT: &str = "commercialisation-report";

fn old() -> Vec<Tale> {
    vec![six_years(), cancelled(), succeeded(), given_up(), rebound()]
}

/// Everything that a good case can meet, to its end.
fn six_years() -> Tale {
    let tale = Tale::new(Era::Old, "交付から6回の報告を終えて完了した案件")
        .granted()
        .then(
            "2027-06-25",
            "plan-change",
            Deed::Open(
                Opening::Company,
                "",
                vec![
                    ("change_from", "@2027-08-01"),
                    ("change_text", "加工機を上位機種（1,800万円）とし、治具の設計200万円を外注する。"),
                ],
            ),
        )
        .then("2027-06-25", "plan-change", Deed::File)
        .then("2027-06-29", "plan-change", Deed::Return("lines", "untouched_line"))
        .then("2027-07-02", "plan-change", Deed::Mend("", ""))
        .decided("2027-07-05", "plan-change", "approved")
        .then("2027-09-01", "status-report", Deed::Ask)
        .until(Stage::Decided, "2027-09-08", Opening::Answer, "status-report", "confirmed")
        .like("計画にない費目の支出")
        .whole("2027-10-01", "advance-payment", "approved")
        .whole("2027-11-10", "accident-report", "extended")
        .whole("2027-12-10", "performance-report", "settled")
        .with("lines[0].unit_price", "18000000")
        .with("lines[0].gross", "19800000")
        .with("lines[0].eligible", "18000000")
        .with("assets[0].asset_unit_price", "18000000")
        .whole("2028-01-12", "settlement-claim", "paid");
    let tale = reports(tale, 1..=1).whole("2028-06-20", "consumption-tax", "no_refund").whole(
        "2028-08-02",
        "name-change",
        "accepted",
    );
    let tale = reports(tale, 2..=2)
        .whole("2030-03-15", "asset-disposal", "approved_payment")
        .with("items[0].item_price", "18000000")
        .with("items[0].item_book", "13500000")
        .with("items[0].item_market", "14000000")
        .with("items[0].item_proceeds", "14400000")
        .on_terms(None, "納付の後に処分すること")
        .until(Stage::Decided, "2030-05-10", Opening::Office, "repayment", "received")
        .like("一部の納付");
    reports(tale, 3..=6)
}

/// The yearly reports of these years; the third is the plan's last, the sixth ends the case.
fn reports(mut tale: Tale, years: std::ops::RangeInclusive<usize>) -> Tale {
    const DAYS: [&str; 6] = ["2028-05-10", "2029-05-10", "2030-05-15", "2031-05-10", "2032-05-10", "2033-05-10"];
    const STANDS: [&str; 6] = ["1", "2", "3", "3", "3", "3"];
    for n in years {
        let (Some(day), Some(year)) = (DAYS.get(n - 1), STANDS.get(n - 1)) else { continue };
        let outcome = if n == 6 { "finished" } else { "confirmed" };
        tale = tale.whole(*day, REPORT, outcome).with("plan_year", year);
        if n == 3 {
            tale = tale.like("計画の最終年度");
        }
    }
    tale
}

/// An inspection finds a machine gone; heard, cancelled, ordered to return, partly returned.
fn cancelled() -> Tale {
    reports(Tale::new(Era::Old, "弁明を聴いたうえで取り消し、返還が続いている案件").paid(), 1..=1)
        .until(Stage::Filed, "2028-11-20", Opening::Office, "inspection", "corrected")
        .like("表示の不備")
        .then("2028-11-22", "inspection", Deed::Return("mended_reply", "label_missing"))
        .then("2028-12-05", "inspection", Deed::Mend("mended_reply", "銘板を取り付けました。"))
        .decided("2028-12-10", "inspection", "corrected")
        .until(Stage::Filed, "2030-02-01", Opening::Office, "grant-cancellation", "")
        .then("2030-02-04", "grant-cancellation", Deed::Return("defence", "prior_notice"))
        .then(
            "2030-02-15",
            "grant-cancellation",
            Deed::Mend("defence", "資金繰りに窮して売却しました。申し訳ありません。"),
        )
        .decided("2030-02-25", "grant-cancellation", "cancelled_refund")
        .until(Stage::Decided, "2030-04-01", Opening::Office, "repayment", "ordered")
        .until(Stage::Decided, "2030-04-18", Opening::Office, "repayment", "received")
        .like("一部の納付")
}

/// Merged into another company, which reports on and is late with the last report.
fn succeeded() -> Tale {
    let tale = reports(Tale::new(Era::Old, "合併した会社が承継し、6回目の報告が遅れている案件").paid(), 1..=2)
        .whole("2030-02-10", "succession-after", "approved")
        .with("successor_number", "{successor.number}")
        .with("successor_name", "{successor.name}")
        .then("2030-04-01", "application", Deed::HandOver);
    reports(tale, 3..=5)
}

/// Given up in the years of the reports; what is left of the machine is to be sold now.
fn given_up() -> Tale {
    reports(Tale::new(Era::Old, "完了後に廃止し、財産処分を申請中の案件").paid(), 1..=2)
        .whole("2030-10-01", "abolition-after", "abolished")
        .until(Stage::Filed, Ago(6), Opening::Company, "asset-disposal", "")
        .with("items[0].item_acquired_on", "@2027-09-15")
        .with("items[0].item_book", "3000000")
        .with("items[0].item_market", "3200000")
        .with("items[0].item_proceeds", "3300000")
}

/// The account is lost and another one takes its place.
fn rebound() -> Tale {
    reports(Tale::new(Era::Old, "GビズIDを取り直して引き継いだ案件").paid(), 1..=5).whole(
        "2032-08-02",
        "account-transfer",
        "transferred",
    )
}

fn mid() -> Vec<Tale> {
    let paid = |why| Tale::new(Era::Mid, why).paid();
    vec![
        reports(paid("財産処分の決裁を待つ案件"), 1..=2)
            .until(Stage::Drafted, Ago(20), Opening::Company, "asset-disposal", "approved_payment")
            .with("items[0].item_acquired_on", "@2027-09-15")
            .on_terms(None, "納付の後に処分すること"),
        reports(paid("取消しの前に弁明を聴いている案件"), 1..=1)
            .until(Stage::Filed, Ago(8), Opening::Office, "grant-cancellation", "")
            .then(Ago(6), "grant-cancellation", Deed::Return("defence", "absent_report")),
        reports(paid("承継について中小機構の承認を待つ案件"), 1..=2).until(
            Stage::Approved,
            Ago(25),
            Opening::Company,
            "succession-after",
            "approved",
        ),
        reports(paid("2回目の報告が遅れて届き、確認中の案件"), 1..=1)
            .until(Stage::HalfChecked, Ago(12), Opening::Company, REPORT, "")
            .with("plan_year", "2")
            .with("late_reason", "決算の確定が遅れたため。"),
        reports(paid("実地検査を準備し、消費税の報告を決定する案件"), 1..=2)
            .until(Stage::Draft, Ago(3), Opening::Office, "inspection", "")
            .until(Stage::Examined, Ago(30), Opening::Company, "consumption-tax", ""),
    ]
}

fn recent() -> Vec<Tale> {
    let mut all = before_the_grant();
    all.extend(during_the_project());
    all
}

fn before_the_grant() -> Vec<Tale> {
    let adopted = |why| Tale::new(Era::Recent, why);
    vec![
        adopted("交付申請が差し戻されている案件")
            .until(Stage::Filed, "2027-04-20", Opening::Company, "grant-application", "")
            .then("2027-04-22", "grant-application", Deed::Return("lines", "quote_expired")),
        adopted("採択を辞退した案件").whole("2027-03-20", "adoption-decline", "accepted"),
        adopted("交付申請がなく、採択取消しの前に意見を聴いている案件")
            .until(Stage::Filed, Ago(7), Opening::Office, "adoption-lapse", "")
            .then(Ago(5), "adoption-lapse", Deed::Return("answer", "hear_deadline")),
        adopted("交付決定の後に取り下げた案件")
            .whole("2027-05-03", "grant-application", "granted")
            .whole("2027-05-17", "grant-withdrawal", "accepted")
            .with("received_on", "@2027-05-13"),
    ]
}

fn during_the_project() -> Vec<Tale> {
    let granted = |why| Tale::new(Era::Recent, why).granted();
    let own = Opening::Company;
    vec![
        granted("計画変更を審査し終え、起案を待つ案件")
            .until(Stage::Examined, Ago(20), own, "plan-change", "")
            .with("change_from", "+40"),
        granted("計画変更について中小機構の承認を待つ案件")
            .until(Stage::Approved, Ago(22), own, "plan-change", "approved")
            .with("change_from", "+45"),
        granted("補助事業を廃止した案件").whole("2027-08-02", "abolition", "abolished"),
        granted("合併による承継を審査中の案件").until(Stage::Filed, Ago(4), own, "succession", ""),
        granted("期間の延長の決裁を待つ案件").until(Stage::Drafted, Ago(14), own, "accident-report", "extended"),
        granted("概算払を決定し、資金を請求している案件")
            .whole("2027-08-02", "collateral", "approved")
            .on_terms(None, "借入れの実行後に契約書の写しを提出すること")
            .until(Stage::Examined, Ago(25), own, "advance-payment", "")
            .until(Stage::Approved, Ago(12), Opening::Office, "fund-request", "received"),
        granted("状況報告を求められている案件").whole("2027-08-02", "name-change", "accepted").then(
            Ago(6),
            "status-report",
            Deed::Ask,
        ),
        granted("実績報告が差し戻されている案件")
            .until(Stage::Filed, Ago(10), own, "performance-report", "")
            .with("started_on", "@2027-05-10")
            .with("lines[0].ordered_on", "@2027-05-10")
            .then(Ago(7), "performance-report", Deed::Return("lines", "item_name")),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::definitions::load;

    #[test]
    fn every_procedure_of_the_edition_is_told_of() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../programmes/shinjigyo-monodukuri/2026-r1");
        let edition = load(&dir).unwrap();
        let told: BTreeSet<_> = all().iter().flat_map(|t| t.steps.iter().map(|s| s.procedure)).collect();
        for procedure in edition.procedures.values().filter(|p| !p.public) {
            assert!(told.contains(procedure.code.as_str()), "{} is nowhere", procedure.code);
        }
    }
}

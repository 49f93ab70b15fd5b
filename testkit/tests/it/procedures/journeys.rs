//! The journeys: each procedure of the edition is walked over HTTP from its beginning to what its decision brings about.
//! A journey says which procedures it decides, and its end looks into the events whether it really did.

use hojo_testkit::World;
use sqlx::{Connection, Row};
use std::collections::BTreeSet;

use super::{account, adoption, ending, execution, grant, payment, property, reports, succession};

macro_rules! journeys {
    ($(fn $name:ident() decides [$($code:literal),+] by $story:path;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let world = World::new().await;
                $story(&world).await;
                really_decided(&world, &[$($code),+]).await;
                world.end().await.unwrap();
            }
        )*

        const ALL: &[(&str, &[&str])] = &[$((stringify!($name), &[$($code),+])),*];
    };
}

journeys! {
    fn an_application_is_checked_scored_and_adopted() decides ["application"] by adoption::adopted;
    fn an_adoption_is_declined() decides ["adoption-decline"] by adoption::declined;
    fn an_adoption_lapses_after_the_company_was_heard() decides ["adoption-lapse"] by adoption::lapsed;
    fn a_grant_is_filed_mended_checked_drafted_approved_and_told() decides ["grant-application"] by grant::granted;
    fn a_grant_application_is_taken_back() decides ["grant-withdrawal"] by ending::grant_taken_back;
    fn a_plan_is_changed_and_the_grant_only_shrinks() decides ["plan-change"] by execution::plan_changed;
    fn an_accident_extends_the_term() decides ["accident-report"] by execution::extended;
    fn a_report_is_asked_for_and_leads_to_an_inspection() decides ["status-report", "inspection"] by execution::asked_and_inspected;
    fn what_an_inspection_finds_is_mended() decides ["inspection"] by execution::mended;
    fn part_of_a_grant_is_paid_in_advance() decides ["advance-payment"] by payment::advanced;
    fn a_performance_report_settles_the_grant() decides ["performance-report"] by payment::settled;
    fn a_settlement_below_the_advance_asks_for_the_rest() decides ["performance-report"] by payment::settled_below_the_advance;
    fn money_is_asked_for_and_the_claim_is_paid() decides ["settlement-claim", "fund-request"] by payment::paid;
    fn a_yearly_report_is_confirmed_and_the_last_one_ends_the_case() decides ["commercialisation-report"] by reports::yearly;
    fn deducted_tax_comes_back() decides ["consumption-tax"] by reports::tax;
    fn property_becomes_security() decides ["collateral"] by property::security;
    fn property_is_sold_against_payment() decides ["asset-disposal"] by property::sold;
    fn a_company_takes_a_running_project_over() decides ["succession"] by succession::running;
    fn an_heir_takes_over_and_signs_in_by_the_account_that_was_named() decides ["succession"] by succession::heir;
    fn the_duties_of_a_finished_project_pass_on() decides ["succession-after"] by succession::after;
    fn a_case_is_bound_to_a_new_account() decides ["account-transfer"] by account::transferred;
    fn a_company_changes_its_name_and_its_bank() decides ["name-change"] by account::renamed;
    fn a_project_is_given_up() decides ["abolition"] by ending::given_up;
    fn a_business_is_given_up_after_its_project() decides ["abolition-after"] by ending::given_up_afterwards;
    fn a_grant_is_cancelled_and_comes_back() decides ["grant-cancellation", "repayment"] by ending::cancelled;
}

/// Fails unless each of these was decided in this world by somebody on a page.
async fn really_decided(world: &World, codes: &[&str]) {
    let mut db = world.superuser().await.unwrap();
    let sql = "select distinct c.procedure from events e join cases c on c.id = e.case_id
               where e.kind = 'decided' and c.position = 'closed'";
    let rows = sqlx::query(sql).fetch_all(&mut db).await.unwrap();
    db.close().await.unwrap();
    let decided: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    for code in codes {
        assert!(decided.contains(*code), "{code} was not decided: {decided:?}");
    }
}

/// A new folder under `procedures/` without a journey is noticed here.
#[tokio::test]
async fn every_procedure_of_the_edition_has_a_journey() {
    let edition = crate::ground::edition();
    let walked: BTreeSet<&str> = ALL.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let there: BTreeSet<&str> =
        edition.procedures.values().filter(|p| !p.flow.steps.is_empty()).map(|p| p.code.as_str()).collect();
    let missing: Vec<&&str> = there.difference(&walked).collect();
    let unknown: Vec<&&str> = walked.difference(&there).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without a journey: {missing:?}; no procedure: {unknown:?}");
    let numbers: BTreeSet<&str> = there.iter().map(|code| edition.procedure(code).unwrap().number.as_str()).collect();
    for n in 1..=24 {
        assert!(numbers.contains(format!("B{n:02}").as_str()), "B{n:02} is no procedure: {numbers:?}");
    }
}

//! The main job: from a company's draft to the letter it reads, over the pages people use.

use hojo_testkit::World;
use hojo_testkit::dice::Dice;
use hojo_testkit::steps::{self, Result1};
use hojo_words::ids::PublicId;

/// Three reviewers declare, score and finalise everything on their lists.
async fn review(world: &World, level: usize) {
    for n in 1..=9 {
        let browser = world.reviewer(n).await.unwrap();
        for assignment in steps::my_reviews(&browser).await.unwrap() {
            let mut dice = Dice::new(1, "points", u64::from(n));
            steps::declare(&browser, assignment, None).await.unwrap();
            steps::score(&browser, assignment, level, true, &mut dice).await.unwrap();
            steps::finalise(&browser, assignment).await.unwrap();
        }
    }
}

async fn position(world: &World, case: PublicId) -> String {
    world.position(case).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_goes_from_draft_to_the_letter_that_is_read() {
    let world = World::new().await;
    let filed = world.drafted(1).await.unwrap();
    let (company, case) = (filed.applicant.browser.clone(), filed.case);
    let base = format!("/filings/{}", filed.filing);
    assert_eq!(position(&world, case).await, "draft");

    // Submit: a receipt, a copy, a mail.
    let receipt = steps::submit(&company, &base).await.unwrap();
    assert!(receipt.has("R1-00001"), "{}", receipt.words());
    world.drain().await.unwrap();
    assert_eq!(position(&world, case).await, "check");
    assert!(world.mail.sent().iter().any(|m| m.text.contains("R1-00001")), "{:?}", world.mail.sent());

    // One operator returns it; the company mends the one field that was opened.
    let (one, two) = (world.staff("operator1").await.unwrap(), world.staff("operator2").await.unwrap());
    steps::claim(&one, case).await.unwrap();
    steps::remark(&one, case, "plan_title", "title_error").await.unwrap();
    steps::send_back(&one, case).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(position(&world, case).await, "returned");
    let section = world.section_of("plan_title").unwrap();
    steps::change(&company, &base, &section, "plan_title", "高精度加工による医療機器部品の開発（修正）").await.unwrap();
    steps::submit(&company, &base).await.unwrap();
    world.drain().await.unwrap();

    // Two people check it again; the first one may not be the second.
    steps::first_check(&one, case, Result1::Passed).await.unwrap();
    assert!(steps::second_check(&one, case, None).await.is_err());
    assert_eq!(position(&world, case).await, "second_check");
    steps::second_check(&two, case, None).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(position(&world, case).await, "examine");

    // Three reviewers.
    let manager = world.staff("manager1").await.unwrap();
    assert!(steps::assign_reviewers(&manager, world.round).await.unwrap());
    review(&world, 2).await;
    world.drain().await.unwrap();
    assert_eq!(position(&world, case).await, "decide");

    // One manager makes the run, another commits it.
    let run = steps::make_run(&manager, world.round, "第1回の採択案", None).await.unwrap();
    assert!(steps::commit_run(&manager, run).await.is_err());
    let other = world.staff("manager2").await.unwrap();
    steps::commit_run(&other, run).await.unwrap();
    world.drain().await.unwrap();

    // The letter is there, says so, and is read.
    let letters = company.get("/letters").await.unwrap();
    let adoption = letters.links().into_iter().filter(|l| l.starts_with("/letters/")).collect::<Vec<_>>();
    let mut read = String::new();
    for link in adoption {
        read.push_str(&company.get(&link).await.unwrap().words());
    }
    assert!(read.contains("採択"), "{}", letters.words());
    assert!(world.mail.sent().len() >= 4);
    world.end().await.unwrap();
}

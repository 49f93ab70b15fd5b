//! Handing in, on days when it is hard: many presses, missing blobs, other people's files.

use std::path::{Path, PathBuf};

use hojo_access::Site;

use super::Desk;
use crate::client::pdf;
use crate::ground::company;
use crate::sql::public;

async fn presses(desk: &mut Desk, n: usize) {
    let seen = desk.client.get(&format!("{}/check", desk.base)).await.ok().hidden("_seen");
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..n {
        let (c, base, seen) = (desk.client.clone(), desk.base.clone(), seen.clone());
        all.spawn(async move { c.post(&format!("{base}/submit"), &[("_seen", &seen), ("declare", "yes")]).await });
    }
    for answer in all.join_all().await {
        assert_eq!(answer.to(), format!("{}/receipt", desk.base), "everybody gets the same receipt");
    }
    assert_eq!(desk.sql.count("select count(*) from submissions").await, 1);
    assert_eq!(desk.sql.count("select count(distinct number) from cases where number is not null").await, 1);
    assert_eq!(desk.sql.count("select last from receipt_numbers").await, 1);
    assert_eq!(desk.sql.count("select count(*) from jobs where kind = 'mail'").await, 1);
    assert_eq!(desk.sql.count("select count(*) from jobs where kind = 'application_copy'").await, 1);
    assert_eq!(desk.sql.count("select count(*) from events where kind = 'filed'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_press_makes_one_submission_one_number_one_mail() {
    let mut desk = Desk::ready().await;
    presses(&mut desk, 2).await;
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_presses_at_once_make_one_submission_one_number_one_mail() {
    let mut desk = Desk::ready().await;
    presses(&mut desk, 50).await;
    desk.end().await;
}

fn blobs(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|p| if p.is_dir() { blobs(&p) } else { vec![p] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_or_changed_attachment_stops_the_submission_by_name_and_the_draft_stays() {
    let mut desk = Desk::ready().await;
    let name = "決算書の写し.pdf";
    desk.client
        .upload(&format!("{}/files/att_supplement", desk.base), &[("att_supplement", name, &pdf("supplement"))])
        .await
        .ok();
    let sha = desk.sql.one("select sha256 from files where slot = 'att_supplement' and state = 'accepted'").await;
    let blob = blobs(&desk.ground.vault_dir.path().join("blobs")).into_iter().find(|p| p.ends_with(&sha)).unwrap();
    let kept = std::fs::read(&blob).unwrap();
    let mut flipped = kept.clone();
    flipped[20] ^= 1;
    for damage in [None, Some(Vec::new()), Some(kept[..kept.len() - 1].to_vec()), Some(flipped)] {
        match &damage {
            None => std::fs::remove_file(&blob).unwrap(),
            Some(bytes) => std::fs::write(&blob, bytes).unwrap(),
        }
        let drafted = desk.sql.one("select md5(string_agg(d::text, '' order by section)) from draft_sections d").await;
        let refused = desk.client.submit(&desk.base).await;
        assert_eq!(refused.status, 422, "{}", refused.said());
        assert!(refused.has(name), "the file is named: {}", refused.said());
        assert_eq!(
            desk.sql.one("select md5(string_agg(d::text, '' order by section)) from draft_sections d").await,
            drafted
        );
        assert_eq!(desk.sql.count("select count(*) from submissions").await, 0);
        assert_eq!(desk.sql.count("select count(*) from receipt_numbers").await, 0, "no number is spent");
    }
    // Mended by the person: the same file once more.
    std::fs::remove_file(&blob).ok();
    desk.client
        .upload(&format!("{}/files/att_supplement", desk.base), &[("att_supplement", name, &pdf("again"))])
        .await
        .ok();
    desk.client.submit(&desk.base).await.to();
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_file_cannot_be_named_in_answers_nor_handed_in() {
    let mut desk = Desk::ready().await;
    let (_, other) = company(&mut desk.sql, "株式会社よその会社", Some("1000000000009"), "prime").await;
    let other = desk.house.client(Site::Portal, &other);
    let theirs = other.start(desk.ground.round).await;
    let path = format!("{theirs}/files/att_supplement");
    other.upload(&path, &[("att_supplement", "秘密.pdf", &pdf("secret"))]).await.ok();
    let file = desk
        .sql
        .rows("select public_id::text, sha256, size::text from files where name = '秘密.pdf'")
        .await
        .swap_remove(0);
    let (id, sha, size) = (public(&file[0]), &file[1], &file[2]);
    let reference = format!(
        r#"[{{"file":"{id}","name":"秘密.pdf","size":{size},"sha256":"{sha}","media_type":"application/pdf"}}]"#
    );

    // Typed into the form: file fields are no text, nothing of it is taken.
    let page = format!("{}/sections/attachments", desk.base);
    let version = desk.client.get(&page).await.ok().hidden("_version");
    for name in ["att_supplement", "att_supplement[0].file", "att_roster"] {
        let answer = desk.client.post(&page, &[("_version", &version), (name, &reference), ("_action", "list")]).await;
        assert!(matches!(answer.status, 303 | 409 | 422), "{}", answer.said());
    }
    assert!(!desk.client.get(&page).await.ok().has("秘密.pdf"));
    // Removing it by its id does not touch it.
    desk.client.post(&page, &[("_version", &version), ("_action", &format!("remove-file:att_supplement:{id}"))]).await;
    assert_eq!(desk.sql.one("select state from files where name = '秘密.pdf'").await, "accepted");

    // Even if it stood in the draft (an error of ours): it is neither shown as one's own nor handed in.
    desk.sql
        .run(&format!(
            "update draft_sections d set answers = d.answers || jsonb_build_object('att_supplement', '{reference}'::jsonb)
             from filings f join cases c on c.id = f.case_id where f.id = d.filing_id and d.section = 'attachments'
             and c.applicant_name = '株式会社見本精機'"
        ))
        .await;
    let refused = desk.client.submit(&desk.base).await;
    assert!(refused.status == 422 && refused.has("秘密.pdf"), "{}: {}", refused.status, refused.said());
    assert_eq!(desk.sql.count("select count(*) from submissions").await, 0);
    assert_eq!(desk.client.get(&format!("/files/{id}")).await.status, 404);
    desk.end().await;
}

//! Editions that follow one another: a programme of another kind, drafts that move, changes that come into force.

mod changing;
mod days;
mod drafts;
mod other;
mod outgrown;
mod told;

use std::path::{Path, PathBuf};

use hojo_app::publish;
use hojo_testkit::World;
use hojo_testkit::browser::Browser;
use sqlx::Row;

/// A folder under `programmes/`.
pub fn folder(edition: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../programmes").join(edition)
}

/// Stores an edition that no round runs on.
pub async fn store(world: &World, edition: PathBuf) {
    let args = publish::StoreArgs { edition, by: "testkit".into(), approved_by: "another person".into() };
    publish::store(&world.config, args).await.unwrap();
}

/// A copy of round 1 on disk under a higher version, with one text replaced.
pub fn copied(version: &str, file: &str, old: &str, new: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let programme = dir.path().join("shinjigyo-monodukuri");
    copy(&folder("shinjigyo-monodukuri"), &programme);
    let edition = programme.join("2026-r1");
    replace(&edition.join("edition.yaml"), "version: \"1.0\"", &format!("version: \"{version}\""));
    replace(&edition.join(file), old, new);
    (dir, edition)
}

fn replace(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{} has no {old}", path.display());
    std::fs::write(path, text.replacen(old, new, 1)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// One number or text, seen by somebody no policy binds.
pub async fn one(world: &World, query: &'static str) -> String {
    let mut db = world.superuser().await.unwrap();
    let row = sqlx::query(query).fetch_one(&mut db).await.unwrap();
    row.try_get::<String, _>(0).unwrap()
}

/// Proposes that the world's round runs on another edition from a day on; gives the address of the request.
pub async fn proposed(world: &World, by: &Browser, edition: &str, drafts: &str) -> String {
    let page = by.get(&format!("/editions/change?round={}&edition={edition}", world.round)).await.unwrap();
    let mut form = page.form("/editions/change").unwrap();
    let tomorrow = world.house.now().await.unwrap() + time::Duration::days(2);
    form.set("day", &tomorrow.date().to_string()).unwrap();
    form.set("clock", "9:00").unwrap();
    form.set("drafts", drafts).unwrap();
    form.set("reason", "第2回の要領に合わせるため").unwrap();
    let page = by.press(&form, "起案する").await.unwrap().ok().unwrap();
    page.at.split('?').next().unwrap().to_owned()
}

/// Approves a request and brings its moment near: two seconds from now.
pub async fn approved(world: &World, by: &Browser, request: &str) {
    let page = by.get(request).await.unwrap();
    let form = page.form("/decide").unwrap();
    by.press(&form, "承認する").await.unwrap().ok().unwrap();
    let mut db = world.superuser().await.unwrap();
    for statement in [
        "update rule_changes set takes_effect_at = clock_timestamp() + interval '2 seconds' where activated_at is null",
        "update jobs set run_at = clock_timestamp() + interval '2 seconds' where kind = 'activate_edition'",
    ] {
        sqlx::query(statement).execute(&mut db).await.unwrap();
    }
}

/// Works until the round runs on the edition.
pub async fn in_force(world: &World, edition: &str) {
    for _ in 0..100 {
        world.drain().await.unwrap();
        if one(world, "select edition_id from rounds order by opens_at limit 1").await == edition {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{edition} never came into force");
}

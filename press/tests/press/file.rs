//! The file itself: the same bytes each time, tagged, readable, small, and only with the pinned fonts.

use std::fs;
use std::process::Command;

use crate::support::{MOMENT, application_copy, fonts, press, run_of, sample};
use hojo_press::fonts::{FontProblem, Fonts, pins};
use hojo_words::letter::LetterModel;

const NOTICES: [&str; 4] = ["adoption-notice", "non-adoption-notice", "exclusion-notice", "return-notice"];

fn letters() -> Vec<LetterModel> {
    NOTICES.iter().map(|name| sample(name)).chain([application_copy(4)]).collect()
}

#[test]
fn the_same_letter_at_the_same_moment_is_the_same_file() {
    let first: Vec<String> = letters().iter().map(|l| press().print(l, MOMENT).unwrap().sha256).collect();
    let warm = press();
    for _ in 0..2 {
        let again: Vec<String> = letters().iter().rev().map(|l| warm.print(l, MOMENT).unwrap().sha256).collect();
        assert_eq!(first, again.into_iter().rev().collect::<Vec<_>>());
    }
    let later = warm.print(&letters()[0], MOMENT + time::Duration::SECOND).unwrap();
    assert_ne!(first[0], later.sha256, "the moment is written into the file");
}

#[test]
fn every_letter_is_sound_tagged_titled_and_small() {
    let press = press();
    let dir = tempfile::tempdir().unwrap();
    for letter in letters() {
        let sheet = press.print(&letter, MOMENT).unwrap();
        let path = dir.path().join("letter.pdf");
        fs::write(&path, &sheet.pdf).unwrap();
        let check = Command::new("qpdf").arg("--check").arg(&path).output().expect("qpdf");
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
        let info = Command::new("pdfinfo").arg(&path).output().expect("poppler-utils");
        let info = String::from_utf8(info.stdout).unwrap();
        for line in ["Tagged:yes", "PDFversion:1.7", "Encrypted:no", "JavaScript:no"] {
            assert!(info.lines().any(|l| l.replace(' ', "") == line), "{line} missing in {info}");
        }
        assert!(info.contains(&letter.doc_title), "{info}");
        assert!(info.contains("Mon Feb 15 01:00:00 2027 UTC") || info.contains("2027"), "{info}");
        let plain =
            Command::new("qpdf").args(["--qdf", "--object-streams=disable"]).arg(&path).arg("-").output().unwrap();
        let raw = String::from_utf8_lossy(&plain.stdout).into_owned();
        for claim in ["pdfuaid:part", "pdfaid:part", "/Lang", "/StructTreeRoot"] {
            assert!(raw.contains(claim), "{claim} missing");
        }
        let per_page = sheet.pdf.len() / usize::try_from(sheet.pages).unwrap();
        assert!(per_page <= 60 * 1024, "{} has {per_page} bytes a page", letter.doc_title);
    }
}

#[test]
fn the_text_can_be_read_back_in_reading_order() {
    let text = run_of(&press().print(&sample("adoption-notice"), MOMENT).unwrap().pdf);
    let order = [
        "新も採第1024号",
        "令和9年2月15日",
        "株式会社霞が関製作所",
        "髙﨑",
        "事務局長",
        "採択通知書",
        "下記のとおり採択",
        "記",
        "15,000,000円",
        "以上",
        "【問合せ先】",
    ];
    let mut at = 0;
    for part in order {
        at += text[at..].find(part).unwrap_or_else(|| panic!("{part} missing or out of order in {text}"));
    }
}

#[test]
fn only_the_pinned_fonts_are_in_the_file() {
    let press = press();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letter.pdf");
    fs::write(&path, press.print(&application_copy(1), MOMENT).unwrap().pdf).unwrap();
    let list = Command::new("pdffonts").arg(&path).output().expect("poppler-utils");
    let list = String::from_utf8(list.stdout).unwrap();
    let fonts: Vec<&str> = list.lines().skip(2).collect();
    assert!(!fonts.is_empty());
    for font in fonts {
        assert!(font.contains("IPAex") || font.contains("NotoSerifCJK") || font.contains("NotoSansCJK"), "{list}");
        assert!(font.contains("yes yes yes"), "embedded, subset, with text: {list}");
    }
}

#[test]
fn a_missing_or_changed_font_stops_the_press_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    for pin in pins().unwrap() {
        fs::copy(fonts().join(&pin.file), dir.path().join(&pin.file)).unwrap();
    }
    assert!(Fonts::load(dir.path()).is_ok());

    let gothic = dir.path().join("ipaexg.ttf");
    let mut bytes = fs::read(&gothic).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&gothic, bytes).unwrap();
    let changed = Fonts::load(dir.path()).err().unwrap();
    assert!(matches!(&changed, FontProblem::OtherHash { file, .. } if file == "ipaexg.ttf"), "{changed}");

    fs::remove_file(&gothic).unwrap();
    let missing = Fonts::load(dir.path()).err().unwrap();
    assert!(matches!(missing, FontProblem::Missing { .. }));
    assert!(missing.to_string().contains("fonts-ipaexfont-gothic"), "{missing}");
}

#[test]
fn a_measure_that_is_no_number_is_named() {
    let mut letter = sample("adoption-notice");
    letter.geometry.line_pitch = "７．１mm".into();
    let problem = press().print(&letter, MOMENT).err().unwrap();
    assert!(problem.message.contains("line_pitch"), "{}", problem.message);
}

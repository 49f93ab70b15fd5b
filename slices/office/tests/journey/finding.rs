//! Dashboard, list, search, claim, assign, export, desk, files.

use hojo_access::Permission::{AssignCase, CheckFiling, ExportCases, ViewCase};

use crate::client::escape;
use crate::world::World;

#[tokio::test]
async fn cases_are_found_claimed_assigned_and_exported() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase, CheckFiling, ExportCases]).await;
    let (b_id, b) = w.staff("鈴木 花子", &[ViewCase, CheckFiling, AssignCase]).await;
    let (one, _) = w.filed(1, "株式会社見本精密").await;
    let (two, _) = w.filed(2, "=東京都産業株式会社").await;
    let (_, _) = w.filed(3, "京都東京商店").await;

    a.get("/").await.says(200, &["担当なし", "3件", "佐藤 一郎"]);
    a.get("/queue").await.says(200, &["3件を表示（全3件）", "R1-000001", "見本精密"]);
    // Substrings in any width, proven in their order.
    let found = a.get(&format!("/queue?q={}", escape("東京都"))).await.says(200, &["1件を表示", "産業株式会社"]);
    assert!(!found.text.contains("京都東京商店"));
    a.get(&format!("/queue?q={}", escape("ｒ１-０００００３"))).await.says(200, &["京都東京商店"]);
    a.get("/queue?q=zzz").await.says(200, &["条件に合う案件はありません"]);
    for sort in ["changed", "due", "requested", ""] {
        for order in ["", "down"] {
            a.get(&format!(
                "/queue?sort={sort}&order={order}&who=none&step=office&due=&frame=innovation&round={}",
                w.round
            ))
            .await
            .says(200, &["3件を表示"]);
        }
    }
    a.get("/queue?due=over").await.says(200, &["条件に合う案件はありません"]);

    let to =
        a.post("/queue/claim", &[("case", &one.to_string()), ("case", &two.to_string()), ("who", "none")]).await.to();
    assert_eq!(to, "/queue?who=none&done=claimed-2");
    a.get(&to).await.says(200, &["2件の担当になりました", "1件を表示"]);
    // Somebody else's case is not taken without the right to assign.
    let (_, c) = w.staff("高橋 三郎", &[ViewCase, CheckFiling]).await;
    assert!(c.post("/queue/claim", &[("case", &one.to_string())]).await.to().ends_with("claimed-0"));

    let pairs = [("case", one.to_string()), ("to", b_id.to_string()), ("stage", "preview".to_owned())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
    b.post("/queue/assign", &pairs).await.says(200, &["佐藤 一郎", "鈴木 花子", "この内容で変更する"]);
    b.post("/queue/assign", &[("case", &one.to_string()), ("to", "")]).await.says(422, &["担当者が選ばれていません"]);
    b.post("/queue/assign", &[]).await.says(422, &["担当者が選ばれていません"]);
    let confirm = [("case", one.to_string()), ("to", b_id.to_string()), ("stage", "confirm".to_owned())];
    let confirm: Vec<(&str, &str)> = confirm.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert!(b.post("/queue/assign", &confirm).await.to().ends_with("assigned-1"));
    b.get(&format!("/queue?who={b_id}")).await.says(200, &["見本精密", "1件を表示"]);
    a.post("/queue/assign", &confirm).await.says(403, &["割り当てる"]);

    let csv = a
        .post("/queue/export", &[("step", "office")])
        .await
        .says(200, &["\"'=東京都産業株式会社\"", "形式確認（一次）"]);
    assert!(csv.header("content-disposition").starts_with("attachment"));
    assert_eq!(w.count("select count(*) from operation_log where permission = 'case.export'").await, 1);
    w.end().await;
}

#[tokio::test]
async fn pages_turn_both_ways_without_losing_or_doubling_a_case() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase]).await;
    for n in 1..=52 {
        w.filed(n, &format!("会社{n:03}")).await;
    }
    let link = |text: &str, rel: &str| {
        let at = text.find(&format!("rel=\"{rel}\""))?;
        Some(text[at..].split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    };
    for sort in ["", "changed", "due", "requested"] {
        let first = a.get(&format!("/queue?sort={sort}")).await.says(200, &["50件を表示（全52件）"]);
        assert!(link(&first.text, "prev").is_none());
        let second = a.get(&link(&first.text, "next").expect("more")).await.says(200, &["2件を表示"]);
        let names = |text: &str| (1..=52).filter(|n| text.contains(&format!("会社{n:03}"))).collect::<Vec<u32>>();
        let (one, two) = (names(&first.text), names(&second.text));
        assert_eq!((one.len(), two.len()), (50, 2), "{sort}");
        assert!(two.iter().all(|n| !one.contains(n)), "{sort}");
        let back = a.get(&link(&second.text, "prev").expect("a way back")).await;
        assert_eq!(names(&back.text), one, "{sort}");
        assert!(first.text.len() < 60_000, "{} bytes", first.text.len());
    }
    w.end().await;
}

#[tokio::test]
async fn the_desk_and_its_files_are_shown_and_written_down() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase, CheckFiling]).await;
    let (case, file) = w.filed(1, "株式会社見本精密").await;
    a.get(&format!("/cases/{case}"))
        .await
        .says(200, &["株式会社見本精密", "10,000,000円", "一次の形式確認をする", "できない操作とその理由"]);
    let sent = a.get(&format!("/cases/{case}/files/{file}")).await.says(303, &[]);
    assert!(sent.header("location").starts_with("https://files.example/f/"), "{}", sent.header("location"));
    let (other, _) = w.filed(2, "別の会社").await;
    assert_eq!(
        a.get(&format!("/cases/{other}/files/{file}")).await.status,
        404,
        "a file is reached through its own case only"
    );
    assert_eq!(w.count("select count(*) from access_log").await, 2);
    let (_, nobody) = w.staff("田中", &[]).await;
    assert_eq!(nobody.get(&format!("/cases/{case}")).await.status, 403);
    w.end().await;
}

/// One small page.
const SMALL_PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";

#[tokio::test]
async fn pages_of_an_attachment_are_drawn_kept_and_shown_and_one_that_cannot_be_leaves_the_file() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase]).await;
    let (case, file) = w.filed(1, "株式会社見本精密").await;
    let path = format!("/cases/{case}/files/{file}/pages");
    a.get(&path)
        .await
        .says(200, &["1ページ目は画像にできませんでした", "元のファイルを開く", &format!("/files/{file}?download=1")]);

    let (case, file) = w.filed_with(2, "別の会社", SMALL_PDF, 3).await;
    let path = format!("/cases/{case}/files/{file}/pages");
    let sha256 = w.vault.keep(SMALL_PDF.into()).await.unwrap();
    let shown = a
        .get(&path)
        .await
        .says(200, &["data:image/png;base64,iVBOR", "1／3ページ", "次のページ", "画像に変換して表示"]);
    assert!(!shown.text.contains("前のページ"));
    assert!(w.vault.read_made(&sha256, "page-1.png").await.is_some(), "kept by the hash of the file");
    // What was kept is shown without drawing it again.
    w.vault.keep_made(&sha256, "page-2.png", b"\x89PNG kept".to_vec().into()).await.unwrap();
    a.get(&format!("{path}?page=2")).await.says(200, &["iVBORyBrZXB0", "前のページ"]);
    a.get(&format!("{path}?page=3")).await.says(200, &["3ページ目は画像にできませんでした"]);
    let (_, nobody) = w.staff("田中", &[]).await;
    assert_eq!(nobody.get(&path).await.status, 403);
    assert_eq!(w.count("select count(*) from access_log").await, 4);
    w.end().await;
}

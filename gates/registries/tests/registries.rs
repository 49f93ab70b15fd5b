//! The tables: recorded samples always, the real ones when they were fetched.

#[cfg(test)]
mod tests {
    use hojo_registries::{Bank, MasterProblem, Masters, RowProblem, copy_line};
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use time::macros::date;

    fn samples() -> Masters {
        Masters::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")).unwrap()
    }

    #[test]
    fn banks_and_branches() {
        let banks: Vec<Bank> = samples().banks().unwrap().map(Result::unwrap).collect();
        let find = |code: &str| banks.iter().find(|bank| bank.code == code).unwrap();
        assert_eq!(find("0001").name, "みずほ");
        assert_eq!(find("0005").kana_half, "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ");
        assert_eq!(find("9900").kana_half, "ﾕｳﾁﾖ");
        let branch = samples().branches().unwrap().map(Result::unwrap).find(|b| b.code == "257").unwrap();
        assert_eq!((branch.bank_code.as_str(), branch.name.as_str()), ("0001", "多摩センター"));
        assert_eq!(branch.kana_half, "ﾀﾏｾﾝﾀ-");
    }

    #[test]
    fn one_code_can_be_in_two_prefectures_and_can_be_an_office() {
        let codes: Vec<_> = samples().postal_codes().unwrap().map(Result::unwrap).collect();
        let of = |code: &str| codes.iter().filter(|row| row.code == code).collect::<Vec<_>>();
        let prefectures: BTreeSet<&str> = of("4980000").iter().map(|row| row.prefecture.as_str()).collect();
        assert_eq!(prefectures, BTreeSet::from(["三重県", "愛知県"]));
        let office = of("0608621")[0];
        assert_eq!(office.office, "株式会社 日本経済新聞社 札幌支社");
        assert!(office.town.starts_with("北一条西6丁目"));
        assert_eq!(of("1440033")[0].town_kana, "ヒガシコウジヤ");
    }

    #[test]
    fn holidays_are_fixed_only_as_far_as_they_were_announced() {
        let masters = samples();
        let version = masters.version("holidays").unwrap();
        assert_eq!((version.package.as_str(), version.version.as_str()), ("@holiday-jp/holiday_jp", "2.5.1"));
        assert_eq!(version.holidays_fixed_until(), Some(date!(2026 - 12 - 31)));
        let holidays: Vec<_> = masters.holidays().unwrap().map(Result::unwrap).collect();
        let find = |day| holidays.iter().find(|holiday| holiday.date == day).unwrap();
        assert_eq!(find(date!(2026 - 11 - 23)).name, "勤労感謝の日");
        assert!(find(date!(2026 - 09 - 22)).fixed, "the day between two holidays");
        assert!(!find(date!(2027 - 03 - 21)).fixed, "computed");
    }

    #[test]
    fn a_broken_row_names_its_file_and_line_and_stops_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("packages.tsv", "banks\tnpm\tzengin-code\t1\t2026-08-24\n");
        write("banks.tsv", "0001\tみずほ\tミズホ\n1\t短い\tミジカイ\n0002\t木\t木\n0003\t足りない\n0004\t\tナシ\n");
        let masters = Masters::open(folder.path()).unwrap();
        let rows: Vec<_> = masters.banks().unwrap().collect();
        assert!(rows[0].is_ok());
        let causes: Vec<RowProblem> = rows
            .into_iter()
            .skip(1)
            .map(|row| match row.unwrap_err() {
                MasterProblem::Row { file, cause, .. } if file.ends_with("banks.tsv") => cause,
                other => panic!("{other}"),
            })
            .collect();
        assert!(matches!(&causes[0], RowProblem::Field { field: "bank code", .. }));
        assert!(matches!(&causes[1], RowProblem::Kana { cause, .. } if cause.character == '木'));
        assert_eq!(causes[2], RowProblem::Columns { expected: 3, found: 2 });
        assert!(matches!(&causes[3], RowProblem::Field { field: "bank name", .. }));
        let line = masters.banks().unwrap().nth(1).unwrap().unwrap_err().to_string();
        assert!(line.contains("banks.tsv line 2"), "{line}");
        assert!(matches!(masters.holidays(), Err(MasterProblem::NoVersion("holidays"))));
        assert!(matches!(masters.postal_codes(), Err(MasterProblem::File { .. })));
    }

    #[test]
    fn copy_lines_escape_what_postgresql_would_misread() {
        assert_eq!(copy_line(&["a\tb", "c\\N", "改\n行\r", ""]), "a\\tb\tc\\\\N\t改\\n行\\r\t\n");
    }

    fn fetched() -> Option<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../var/masters");
        let there = folder.join("packages.tsv").exists();
        if !there {
            println!("skipped: run scripts/fetch-masters.sh to test the real tables");
        }
        there.then_some(folder)
    }

    #[test]
    fn the_real_tables_are_whole_and_every_row_is_readable() {
        let Some(folder) = fetched() else { return };
        let masters = Masters::open(&folder).unwrap();
        let banks: BTreeSet<String> = masters.banks().unwrap().map(|bank| bank.unwrap().code).collect();
        let branches: Vec<_> = masters.branches().unwrap().map(Result::unwrap).collect();
        assert!(banks.len() > 1_000 && branches.len() > 20_000);
        assert!(branches.iter().all(|branch| banks.contains(&branch.bank_code)));
        let keys: BTreeSet<_> = branches.iter().map(|b| (&b.bank_code, &b.code, &b.name)).collect();
        assert_eq!(keys.len(), branches.len(), "the primary key of the table");
        let postal: Vec<_> = masters.postal_codes().unwrap().map(Result::unwrap).collect();
        assert!(postal.len() > 120_000);
        let keys: BTreeSet<_> = postal.iter().map(|p| (&p.code, &p.prefecture, &p.city, &p.town)).collect();
        assert_eq!(keys.len(), postal.len(), "the primary key of the table");
        let prefectures: BTreeSet<_> = postal.iter().map(|p| &p.prefecture).collect();
        assert_eq!(prefectures.len(), 47);
        let holidays: Vec<_> = masters.holidays().unwrap().map(Result::unwrap).collect();
        assert!(holidays.windows(2).all(|pair| pair[0].date < pair[1].date));
        let in_2026 = holidays.iter().filter(|holiday| holiday.date.year() == 2026).count();
        assert_eq!(in_2026, 18, "内閣府 published 18 days for 2026");
    }
}

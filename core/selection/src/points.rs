//! 加点・減点: points of a list of items the office has granted.

use std::collections::{BTreeMap, BTreeSet};

use hojo_words::{Number, NumberProblem};
use serde::{Deserialize, Serialize};

/// An item that adds or takes points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointItem {
    /// 加点項目・減点項目の名.
    pub name: String,
    /// Always positive; a deduction is subtracted later.
    pub points: Number,
}

/// Code → item, from a table of the edition.
pub type Catalogue = BTreeMap<String, PointItem>;

/// The sum of the granted items. Each code counts once; of more than `most` items the ones worth
/// most count, so that the order in which they were claimed gives no advantage.
/// A code the catalogue does not know counts nothing.
///
/// # Errors
/// [`NumberProblem`] when the sum does not fit.
pub fn granted_points(codes: &[String], catalogue: &Catalogue, most: Option<usize>) -> Result<Number, NumberProblem> {
    let distinct: BTreeSet<&String> = codes.iter().collect();
    let mut points: Vec<Number> =
        distinct.into_iter().filter_map(|code| catalogue.get(code)).map(|i| i.points).collect();
    points.sort_unstable_by(|a, b| b.cmp(a));
    points.into_iter().take(most.unwrap_or(usize::MAX)).try_fold(Number::ZERO, Number::add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        [("a", "3"), ("b", "2"), ("c", "0.5")]
            .map(|(code, points)| {
                (code.to_owned(), PointItem { name: code.to_owned(), points: points.parse().unwrap() })
            })
            .into()
    }

    fn sum(codes: &[&str], most: Option<usize>) -> String {
        let codes: Vec<String> = codes.iter().map(|c| (*c).to_owned()).collect();
        granted_points(&codes, &catalogue(), most).unwrap().to_string()
    }

    #[test]
    fn each_item_counts_once_and_the_best_ones_count() {
        assert_eq!(sum(&[], None), "0");
        assert_eq!(sum(&["a", "a", "c"], None), "3.5");
        assert_eq!(sum(&["c", "b", "a"], Some(2)), "5");
        assert_eq!(sum(&["unheard_of"], None), "0");
    }
}

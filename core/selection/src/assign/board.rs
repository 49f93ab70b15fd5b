//! The board the three passes work on: which reviewer may sit at which case, and who does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{CaseNeed, Reviewer, conflict};

pub(super) struct Board {
    /// Per case: reviewers who may take it.
    open: Vec<BTreeSet<usize>>,
    /// Per case: reviewers placed by us.
    placed: Vec<BTreeSet<usize>>,
    /// Per case: places wanted.
    wanted: Vec<usize>,
    /// Per reviewer: cases placed by us.
    holds: Vec<BTreeSet<usize>>,
    /// Per reviewer: cases in all.
    load: Vec<u32>,
    capacity: Vec<u32>,
}

impl Board {
    pub(super) fn new(cases: &[&CaseNeed], reviewers: &[&Reviewer]) -> Self {
        let may = |case: &CaseNeed, r: &Reviewer| !case.seen_by.contains(&r.key) && conflict(case, &r.ties).is_none();
        let open = cases
            .iter()
            .map(|case| reviewers.iter().enumerate().filter(|(_, r)| may(case, r)).map(|(at, _)| at).collect())
            .collect();
        Self {
            open,
            placed: vec![BTreeSet::new(); cases.len()],
            wanted: cases.iter().map(|c| usize::try_from(c.missing).unwrap_or(0)).collect(),
            holds: vec![BTreeSet::new(); reviewers.len()],
            load: reviewers.iter().map(|r| r.load).collect(),
            capacity: reviewers.iter().map(|r| r.capacity.unwrap_or(u32::MAX)).collect(),
        }
    }

    pub(super) fn placed(&self, case: usize) -> impl Iterator<Item = usize> + '_ {
        self.placed.get(case).into_iter().flatten().copied()
    }

    pub(super) fn is_placed(&self, case: usize, reviewer: usize) -> bool {
        self.placed.get(case).is_some_and(|p| p.contains(&reviewer))
    }

    pub(super) fn missing(&self, case: usize) -> u32 {
        u32::try_from(self.free(case)).unwrap_or(u32::MAX)
    }

    fn free(&self, case: usize) -> usize {
        let placed = self.placed.get(case).map_or(0, BTreeSet::len);
        self.wanted.get(case).map_or(0, |w| w.saturating_sub(placed))
    }

    fn load(&self, reviewer: usize) -> u32 {
        self.load.get(reviewer).copied().unwrap_or(u32::MAX)
    }

    fn is_full(&self, reviewer: usize) -> bool {
        self.load(reviewer) >= self.capacity.get(reviewer).copied().unwrap_or(0)
    }

    /// Who may sit at the case and does not yet.
    fn candidates(&self, case: usize) -> impl Iterator<Item = usize> + '_ {
        self.open.get(case).into_iter().flatten().copied().filter(move |r| !self.is_placed(case, *r))
    }

    fn place(&mut self, case: usize, reviewer: usize) {
        if let (Some(p), Some(h), Some(l)) =
            (self.placed.get_mut(case), self.holds.get_mut(reviewer), self.load.get_mut(reviewer))
        {
            p.insert(reviewer);
            h.insert(case);
            *l = l.saturating_add(1);
        }
    }

    fn take_off(&mut self, case: usize, reviewer: usize) {
        if let (Some(p), Some(h), Some(l)) =
            (self.placed.get_mut(case), self.holds.get_mut(reviewer), self.load.get_mut(reviewer))
        {
            p.remove(&reviewer);
            h.remove(&case);
            *l = l.saturating_sub(1);
        }
    }

    /// Fills every place that can be filled.
    pub(super) fn fill(&mut self) {
        let mut order: Vec<usize> = (0..self.open.len()).collect();
        // Few to choose from comes first: later there would be fewer.
        order.sort_by_key(|c| (self.open.get(*c).map_or(0, BTreeSet::len), *c));
        for case in &order {
            while self.free(*case) > 0 {
                let least = self.candidates(*case).filter(|r| !self.is_full(*r)).min_by_key(|r| (self.load(*r), *r));
                let Some(reviewer) = least else { break };
                self.place(*case, reviewer);
            }
        }
        for case in order {
            while self.free(case) > 0 && self.hand_over(case) {}
        }
    }

    /// Finds the shortest chain 「A takes this, hands that to B, who hands …」 that ends at somebody
    /// with room, and carries it out. An augmenting path: when there is none, no arrangement of
    /// the other cases could fill this place.
    fn hand_over(&mut self, case: usize) -> bool {
        // Reviewer → (case taken over, reviewer it was taken from).
        let mut came: BTreeMap<usize, (usize, Option<usize>)> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for r in self.candidates(case) {
            came.insert(r, (case, None));
            queue.push_back(r);
        }
        while let Some(r) = queue.pop_front() {
            if !self.is_full(r) {
                self.carry_out(r, &came);
                return true;
            }
            for held in self.holds.get(r).into_iter().flatten() {
                for next in self.candidates(*held) {
                    if let std::collections::btree_map::Entry::Vacant(slot) = came.entry(next) {
                        slot.insert((*held, Some(r)));
                        queue.push_back(next);
                    }
                }
            }
        }
        false
    }

    fn carry_out(&mut self, end: usize, came: &BTreeMap<usize, (usize, Option<usize>)>) {
        let mut at = Some(end);
        while let Some(r) = at {
            let Some((case, from)) = came.get(&r).copied() else { break };
            if let Some(giver) = from {
                self.take_off(case, giver);
            }
            self.place(case, r);
            at = from;
        }
    }

    /// Moves places from the busiest to whoever has at least two fewer. Each move lowers the sum
    /// of squared loads, so this ends.
    pub(super) fn even_out(&mut self) {
        let mut moved = true;
        while moved {
            moved = false;
            for case in 0..self.placed.len() {
                let sitting: Vec<usize> = self.placed(case).collect();
                for giver in sitting {
                    let least = self.candidates(case).filter(|r| !self.is_full(*r)).min_by_key(|r| (self.load(*r), *r));
                    if let Some(taker) = least
                        && self.load(taker).saturating_add(1) < self.load(giver)
                    {
                        self.take_off(case, giver);
                        self.place(case, taker);
                        moved = true;
                    }
                }
            }
        }
    }
}

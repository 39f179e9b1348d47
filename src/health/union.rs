//! Putting things into groups by saying which two belong together.

/// Things from 0 to a count, each in a group with those that it was joined with (union-find).
#[derive(Clone, Debug)]
pub(super) struct Union {
    parent: Vec<u32>,
}

impl Union {
    /// Each by itself.
    pub fn new(count: usize) -> Self {
        Self { parent: (0..count as u32).collect() }
    }

    /// The one that stands for a thing's group: the first of it.
    pub fn root(&mut self, thing: usize) -> usize {
        let mut at = thing;
        while let Some(parent) = self.parent.get(at).copied().filter(|parent| *parent as usize != at) {
            // Paths are halved on the way, so that they stay short.
            let above = self.parent.get(parent as usize).copied().unwrap_or(parent);
            self.parent[at] = above;
            at = above as usize;
        }
        at
    }

    /// Puts two things, and those that they are with, together.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parent[a.max(b)] = a.min(b) as u32;
        }
    }

    /// The groups of two or more, in order of their first things.
    pub fn groups(&mut self) -> Vec<Vec<usize>> {
        let count = self.parent.len();
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
        for thing in 0..count {
            let root = self.root(thing);
            members[root].push(thing);
        }
        members.retain(|group| group.len() > 1);
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_is_one_group_whatever_the_order_of_joining() {
        let mut union = Union::new(7);
        for (a, b) in [(5, 3), (0, 6), (3, 6), (2, 4), (4, 2)] {
            union.join(a, b);
        }
        assert_eq!(union.groups(), [vec![0, 3, 5, 6], vec![2, 4]]);
        assert_eq!(union.root(1), 1);
    }
}

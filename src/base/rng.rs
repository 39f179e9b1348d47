//! Everything random in Imago comes from here, so that a seed gives the same run on every machine and with any number of
//! threads: a generator is made afresh from (seed, epoch, what it is for), never shared between threads.

use rand::SeedableRng;

/// The one generator type: PCG XSL 128/64 (O'Neill, 2014), whose sequence is fixed across platforms and versions.
pub type ImagoRng = rand_pcg::Pcg64;

/// The generator for `item` in `epoch` of a project with `seed`. The three are mixed, so that neighbouring seeds, epochs
/// and items give unrelated sequences.
pub fn rng_for(seed: u64, epoch: u64, item: u64) -> ImagoRng {
    let mixed = mix(mix(mix(seed ^ 0x9E37_79B9_7F4A_7C15) ^ epoch) ^ item);
    ImagoRng::seed_from_u64(mixed)
}

/// A 64-bit hash of `bytes` that never changes between versions or platforms (FNV-1a, then mixed).
pub fn stable_hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3));
    mix(fnv)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection in which every input bit moves every output bit.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn the_same_seed_epoch_and_item_give_the_same_numbers_and_others_do_not() {
        let first = |seed, epoch, item| rng_for(seed, epoch, item).next_u64();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        assert_ne!(first(1, 2, 3), first(1, 2, 4));
        assert_ne!(first(1, 2, 3), first(1, 3, 2));
        assert_ne!(first(0, 0, 1), first(1, 0, 0));
    }

    #[test]
    fn the_stable_hash_never_changes() {
        assert_ne!(stable_hash(b"train/ants/1.jpg"), stable_hash(b"train/ants/2.jpg"));
        assert_eq!(stable_hash(b""), mix(0xCBF2_9CE4_8422_2325));
    }
}

//! Which vector instructions the kernels run with: found out once, at run time, so that one build serves every machine.
//!
//! A kernel is written once, generic over [`pulp::Simd`], and compiled for each instruction set; [`Cpu::run`] enters the
//! right copy. Must not know: what the kernels compute.

use pulp::{Scalar, Simd, WithSimd};

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug)]
pub struct Cpu(Set);

#[derive(Clone, Copy, Debug)]
enum Set {
    /// No vectors: the fallback of processors not named below.
    Scalar(Scalar),
    /// 16 lanes without any vector instruction: lets tests run the arithmetic order and the addressing of AVX-512 everywhere.
    #[cfg(test)]
    Wide(pulp::Scalar512b),
    /// SSE4.2: 4 lanes, no fused multiply-add.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    V2(pulp::x86::V2),
    /// AVX2 and FMA: 8 lanes.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    V3(pulp::x86::V3),
    /// AVX-512: 16 lanes.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    V4(pulp::x86::V4),
    /// ARM's NEON: 4 lanes.
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
}

impl Cpu {
    /// The widest set of this machine.
    pub fn best() -> Self {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            if let Some(simd) = pulp::x86::V4::try_new() {
                return Self(Set::V4(simd));
            }
            if let Some(simd) = pulp::x86::V3::try_new() {
                return Self(Set::V3(simd));
            }
            if let Some(simd) = pulp::x86::V2::try_new() {
                return Self(Set::V2(simd));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(simd) = pulp::aarch64::Neon::try_new() {
            return Self(Set::Neon(simd));
        }
        Self(Set::Scalar(Scalar))
    }

    /// Every set that this machine can run, for tests: they must all agree with plain code.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        let mut sets = vec![Self(Set::Scalar(Scalar)), Self(Set::Wide(pulp::Scalar512b))];
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            sets.extend(pulp::x86::V2::try_new().map(|simd| Self(Set::V2(simd))));
            sets.extend(pulp::x86::V3::try_new().map(|simd| Self(Set::V3(simd))));
            sets.extend(pulp::x86::V4::try_new().map(|simd| Self(Set::V4(simd))));
        }
        #[cfg(target_arch = "aarch64")]
        sets.extend(pulp::aarch64::Neon::try_new().map(|simd| Self(Set::Neon(simd))));
        sets
    }

    /// Its name, for logs and benchmarks.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Scalar(_) => "scalar",
            #[cfg(test)]
            Set::Wide(_) => "scalar, 16 lanes",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V2(_) => "SSE4.2",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V3(_) => "AVX2+FMA",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V4(_) => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Set::Neon(_) => "NEON",
        }
    }

    /// Numbers in one vector.
    pub fn lanes(self) -> usize {
        struct Lanes;
        impl WithSimd for Lanes {
            type Output = usize;
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> usize {
                S::F32_LANES
            }
        }
        self.run(Lanes)
    }

    /// Columns of a matrix product that the register tile computes at once: two vectors.
    pub fn panel(self) -> usize {
        2 * self.lanes()
    }

    /// Runs a kernel with this instruction set. Vector code does not cross a call that is not inlined, so a kernel is a
    /// whole task: thousands of operations at least.
    #[inline]
    pub fn run<K: WithSimd>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Scalar(simd) => Simd::vectorize(simd, kernel),
            #[cfg(test)]
            Set::Wide(simd) => Simd::vectorize(simd, kernel),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V2(simd) => Simd::vectorize(simd, kernel),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V3(simd) => Simd::vectorize(simd, kernel),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Set::V4(simd) => Simd::vectorize(simd, kernel),
            #[cfg(target_arch = "aarch64")]
            Set::Neon(simd) => Simd::vectorize(simd, kernel),
        }
    }
}

/// Whether the set multiplies and adds in one instruction. Without it, `f32::mul_add` is a slow library call.
pub(in crate::nn) const fn has_fma<S: Simd>() -> bool {
    S::F32_LANES == 8 || S::REGISTER_COUNT >= 32
}

/// `a · b + c`, fused where the processor can.
#[inline(always)]
pub(in crate::nn) fn mul_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
    if const { has_fma::<S>() } { simd.mul_add_e_f32s(a, b, c) } else { simd.add_f32s(simd.mul_f32s(a, b), c) }
}

/// A slice as whole vectors; what is left over at the end is not in it.
#[inline(always)]
pub(in crate::nn) fn vectors<S: Simd>(values: &[f32]) -> &[S::f32s] {
    S::as_simd_f32s(values).0
}

/// The same, to write to.
#[inline(always)]
pub(in crate::nn) fn vectors_mut<S: Simd>(values: &mut [f32]) -> &mut [S::f32s] {
    S::as_mut_simd_f32s(values).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_set_is_among_those_that_tests_try() {
        assert!(Cpu::all().iter().any(|cpu| cpu.name() == Cpu::best().name()));
        assert_eq!(Cpu::best().panel(), 2 * Cpu::best().lanes());
    }
}

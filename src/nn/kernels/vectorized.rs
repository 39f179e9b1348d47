//! One build for every processor: loops compiled several times, the widest version chosen at run time.

/// Defines a function (without a result) whose body is compiled for AVX-512, for AVX2 and for the processor every build supports;
/// the call runs the widest that this one has. Products and sums are not fused in any of them, so all give the same numbers.
///
/// Generics are written twice, as declared and as named: `fn f [const N: usize] [N] (…)`.
///
/// The body must consist of loops over slices and of `#[inline(always)]` functions: code that is not inlined is compiled once,
/// for the least processor.
macro_rules! vectorized {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident $([$($generics:tt)*] [$($parameters:tt)*])? ($($argument:ident: $type:ty),* $(,)?) $body:block
    ) => {
        $(#[$meta])*
        $visibility fn $name $(<$($generics)*>)? ($($argument: $type),*) {
            #[inline(always)]
            fn body $(<$($generics)*>)? ($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2")]
                fn with_avx512 $(<$($generics)*>)? ($($argument: $type),*) {
                    body$(::<$($parameters)*>)?($($argument),*);
                }
                #[target_feature(enable = "avx2")]
                fn with_avx2 $(<$($generics)*>)? ($($argument: $type),*) {
                    body$(::<$($parameters)*>)?($($argument),*);
                }
                if $crate::nn::kernels::vectorized::avx512() {
                    // SAFETY: the processor has what the function was compiled for; that was asked just now.
                    return unsafe { with_avx512$(::<$($parameters)*>)?($($argument),*) };
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: as above.
                    return unsafe { with_avx2$(::<$($parameters)*>)?($($argument),*) };
                }
            }
            body$(::<$($parameters)*>)?($($argument),*);
        }
    };
}
pub(crate) use vectorized;

/// Whether the processor has the AVX-512 sets that the widest versions are compiled for.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx512() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw") && has!("avx2")
}

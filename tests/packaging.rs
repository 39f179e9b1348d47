//! What the packages are made of. The Debian package is built and tried by `.ci/run`; what belongs to macOS and Windows can't be
//! built or started there, so its parts are held to their formats and to each other here.

mod packaging {
    mod files;
    mod fonts;
    mod icons;
    mod linux;
    mod macos;
    mod windows;
    mod xml;
}

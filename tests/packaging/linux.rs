//! What the Debian package and the archive for one user say and do.

use super::files::{VERSION, commands, text};
use super::xml::parse;

/// The value of a key of the menu entry.
fn entry(key: &str) -> String {
    let entry = text("dist/linux/imago.desktop");
    let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {key} in imago.desktop")).to_owned()
}

#[test]
fn the_menu_entry_opens_folders_and_models() {
    assert_eq!(entry("Exec"), "imago %f", "one file or folder, as the program takes it");
    assert_eq!(entry("Icon"), "imago");
    assert_eq!(entry("StartupWMClass"), "imago");
    let types = entry("MimeType");
    let mime = parse(&text("dist/linux/imago-mime.xml")).unwrap();
    let kind = mime.one("mime-type");
    assert_eq!(kind.one("glob").attribute("pattern"), Some("*.safetensors"));
    for wanted in ["inode/directory", kind.attribute("type").unwrap()] {
        assert!(types.split(';').any(|kind| kind == wanted), "{wanted} in {types}");
    }
    for key in ["GenericName", "Comment", "Keywords"] {
        assert_ne!(entry(key), entry(&format!("{key}[zh_CN]")));
    }
}

#[test]
fn the_software_centre_is_told_this_version_and_the_menu_entry() {
    let about = parse(&text("dist/linux/local.imago.imago.metainfo.xml")).unwrap();
    assert_eq!(about.one("id").text, "local.imago.imago", "as the file is called");
    assert_eq!(about.one("release").attribute("version"), Some(VERSION));
    assert_eq!(about.one("launchable").text, "imago.desktop");
    assert_eq!(about.one("binary").text, "imago");
    assert_eq!(about.one("project_license").text, env!("CARGO_PKG_LICENSE"));
    let categories: Vec<_> = about.one("categories").children.iter().map(|category| category.text.as_str()).collect();
    assert_eq!(categories.join(";") + ";", entry("Categories"));
    // Every sentence in both languages.
    for kind in ["summary", "p", "li"] {
        let chinese = |element: &&&super::xml::Element| element.attribute("xml:lang") == Some("zh_CN");
        let all: Vec<_> = about.all("description").first().map_or_else(Vec::new, |element| element.all(kind));
        assert_eq!(all.iter().filter(chinese).count() * 2, all.len(), "{kind}");
    }
}

#[test]
fn the_debian_package_has_this_version_and_every_file_that_it_names() {
    let first = text("dist/linux/debian-changelog");
    assert!(first.starts_with(&format!("imago ({VERSION}-1) ")), "{}", first.lines().next().unwrap_or(""));
    let manifest: toml::Value = toml::from_str(&text("Cargo.toml")).unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let assets = deb["assets"].as_array().unwrap();
    let sources = assets.iter().map(|asset| asset[0].as_str().unwrap());
    for source in sources.filter(|source| !source.starts_with("target/release/") && !source.contains('*')) {
        assert!(!text(source).is_empty());
    }
    let maintainer = deb["maintainer"].as_str().unwrap();
    assert!(first.contains(maintainer), "the changelog is signed by the maintainer");
    // Loaded when the window opens, so that the package tool can't find them by itself.
    let depends = deb["depends"].as_str().unwrap();
    for library in ["$auto", "libegl1", "libx11-6", "libxcursor1", "libxi6", "libxkbcommon0", "libxkbcommon-x11-0"] {
        assert!(depends.split(", ").any(|found| found == library), "{library}");
    }
    // Where there is no window, this tells why.
    assert!(deb["recommends"].as_str().unwrap().contains("zenity"));
}

#[test]
fn the_manual_page_has_every_command() {
    let page = text("dist/linux/imago.1");
    assert!(page.contains(&format!("\"imago {VERSION}\"")), "the version");
    for command in commands() {
        let has = page.lines().any(|line| line.starts_with(".B") && line.contains(&command));
        assert!(has, "imago.1 doesn't name `imago {command}`");
    }
}

#[cfg(unix)]
mod scripts {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::{Command, Output};

    use super::super::files::{path, text};

    #[test]
    fn every_script_can_be_read_by_its_shell() {
        for (shell, script) in [
            ("bash", "dist/package.sh"),
            ("bash", "dist/macos/bundle.sh"),
            ("bash", "dist/linux/third-party-licences.sh"),
            ("bash", ".ci/run"),
            ("sh", "dist/linux/install-user.sh"),
        ] {
            let output = Command::new(shell).arg("-n").arg(path(script)).output().unwrap();
            assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// An unpacked archive, with a home whose name is as awkward as a home's name can be.
    struct Archive {
        folder: tempfile::TempDir,
    }

    impl Archive {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let put = |file: &str, bytes: &[u8], mode: u32| {
                let file = folder.path().join("archive").join(file);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(&file, bytes).unwrap();
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            };
            put("install-user.sh", text("dist/linux/install-user.sh").as_bytes(), 0o755);
            put("bin/imago", b"#!/bin/sh\necho \"imago, asked for $1\"\n", 0o755);
            put("share/applications/imago.desktop", text("dist/linux/imago.desktop").as_bytes(), 0o644);
            put("share/mime/packages/imago.xml", text("dist/linux/imago-mime.xml").as_bytes(), 0o644);
            put("share/doc/imago/LICENSE-MIT", text("LICENSE-MIT").as_bytes(), 0o644);
            std::fs::create_dir(folder.path().join("ho me 50%$x")).unwrap();
            Self { folder }
        }

        fn home(&self) -> std::path::PathBuf {
            self.folder.path().join("ho me 50%$x")
        }

        fn run(&self, arguments: &[&str]) -> Output {
            Command::new("sh")
                .arg(self.folder.path().join("archive/install-user.sh"))
                .args(arguments)
                .env("HOME", self.home())
                .env_remove("XDG_DATA_HOME")
                .env_remove("XDG_CONFIG_HOME")
                .output()
                .unwrap()
        }
    }

    /// Every file below a home, but for the caches that the desktop's tools, where there are any, keep beside what is installed.
    fn files(home: &Path) -> Vec<std::path::PathBuf> {
        let all = walkdir::WalkDir::new(home).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        let is_cache = |file: &Path| {
            let name = file.display().to_string();
            name.ends_with("/mimeinfo.cache")
                || name.contains("/share/mime/") && !name.contains("/share/mime/packages/")
        };
        files.filter(|file| !is_cache(file)).collect()
    }

    fn assert_done(output: &Output) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn installing_for_one_user_twice_and_removing_leaves_only_what_is_the_users() {
        let archive = Archive::new();
        let home = archive.home();
        let run = home.join(".local/share/imago/runs/first/model.safetensors");
        std::fs::create_dir_all(run.parent().unwrap()).unwrap();
        std::fs::write(&run, "weeks of work").unwrap();

        assert_done(&archive.run(&[]));
        let program = home.join(".local/bin/imago");
        assert_eq!(program.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        let installed = files(&home);
        assert_eq!(installed.len(), 6, "4 files, their list, the user's run: {installed:?}");
        assert_done(&archive.run(&[]));
        assert_eq!(files(&home), installed, "bringing up to date adds nothing");

        assert_done(&archive.run(&["--uninstall"]));
        assert_eq!(files(&home), [run]);
        assert!(!archive.run(&["--uninstall"]).status.success(), "there is nothing to remove any more");
    }

    #[test]
    fn the_installed_menu_entry_names_the_whole_path_whatever_the_home_is_called() {
        let archive = Archive::new();
        assert_done(&archive.run(&[]));
        let entry = std::fs::read_to_string(archive.home().join(".local/share/applications/imago.desktop")).unwrap();
        let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap();
        // Within quotes $ is written \$, in a value a backslash is written twice, and % is written %%.
        let program = archive.home().join(".local/bin/imago").display().to_string();
        let quoted = program.replace('$', "\\\\$").replace('%', "%%");
        assert_eq!(exec, format!("\"{quoted}\" %f"));
        let try_exec = entry.lines().find_map(|line| line.strip_prefix("TryExec=")).unwrap();
        assert_eq!(try_exec, program);
    }

    #[test]
    fn a_program_of_the_same_name_is_left_alone() {
        let archive = Archive::new();
        let theirs = archive.home().join(".local/bin/imago");
        std::fs::create_dir_all(theirs.parent().unwrap()).unwrap();
        std::fs::write(&theirs, "another imago").unwrap();
        let output = archive.run(&[]);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&theirs.display().to_string()) && said.contains("Nothing was installed"), "{said}");
        assert_eq!(files(&archive.home()), std::slice::from_ref(&theirs));
        assert_eq!(std::fs::read(theirs).unwrap(), b"another imago");
    }

    #[test]
    fn a_program_that_does_not_run_here_is_not_installed() {
        let archive = Archive::new();
        std::fs::write(archive.folder.path().join("archive/bin/imago"), "#!/bin/sh\nexit 1\n").unwrap();
        let output = archive.run(&[]);
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("doesn't run on this system"));
        assert!(files(&archive.home()).is_empty());
    }
}

//! (being written)
fn main() -> anyhow::Result<()> {
    imago::app::run(std::env::args_os().nth(1).map(Into::into))
}

//! The command line by its behaviour: the program is run on small generated data sets.

mod cli {
    mod augmenting;
    mod bad_input;
    mod fetching;
    mod health;
    mod importing;
    mod labels;
    mod predicting;
    #[path = "../server/mod.rs"]
    mod server;
    mod support;
    mod training;
}

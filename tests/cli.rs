//! The command line by its behaviour: the program is run on small generated data sets.

mod cli {
    mod augmenting;
    mod bad_input;
    mod health;
    mod labels;
    mod predicting;
    mod support;
    mod training;
}

//! Tests of the queue: what is decoded when, and what is shown of it.

use super::*;
use std::path::Path;

/// Without threads: a test takes the tasks itself.
fn service() -> (PictureService, Sender<Decoded>) {
    let (sender, decoded) = unbounded();
    (PictureService { queue: Arc::default(), decoded, waiting: VecDeque::new() }, sender)
}

fn next(service: &PictureService) -> PictureKey {
    match next_task(&service.queue) {
        Some(Task::Decode(key)) => key,
        _ => panic!("something is to be decoded"),
    }
}

fn is_decoded(key: &PictureKey, service: &PictureService, sender: &Sender<Decoded>) -> Duration {
    let image = ColorImage::filled([2, 2], egui::Color32::RED);
    sender.send(Decoded { key: key.clone(), outcome: Ok((image, [2, 2])) }).unwrap();
    service.queue.lock().decoded()
}

#[test]
fn what_is_decoded_of_a_file_that_is_another_one_by_now_is_not_shown() {
    let (mut service, sender) = service();
    let (mut pictures, ctx, path) = (Pictures::default(), Context::default(), Path::new("a.jpg"));
    assert!(matches!(pictures.get(path, 100.0), Picture::Loading));
    service.request(&mut pictures);
    let key = next(&service);
    pictures.forget(&[path].into());
    is_decoded(&key, &service, &sender);
    service.upload(&ctx, &mut pictures);
    assert!(matches!(pictures.get(path, 100.0), Picture::Loading));
    service.request(&mut pictures);
    assert_eq!(next(&service), key, "it is read again");
    is_decoded(&key, &service, &sender);
    service.upload(&ctx, &mut pictures);
    assert!(matches!(pictures.get(path, 100.0), Picture::Ready { .. }));
}

#[test]
fn a_frame_is_drawn_when_all_are_there_and_not_for_each() {
    let (mut service, sender) = service();
    let (mut pictures, ctx) = (Pictures::default(), Context::default());
    // A slow one: painted in software.
    service.frame_took(Some(9.0));
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        pictures.get(Path::new(name), 100.0);
    }
    service.upload(&ctx, &mut pictures);
    service.request(&mut pictures);
    assert!(pictures.is_loading());
    // As if no time passed.
    service.queue.lock().drawn = Some(Instant::now() + Duration::from_mins(9));
    let keys = [next(&service), next(&service), next(&service)];
    let delays = keys.map(|key| is_decoded(&key, &service, &sender));
    assert_eq!(delays, [DRAW_AT_LEAST_EVERY, DRAW_AT_LEAST_EVERY, Duration::ZERO], "others are still at work");
    assert!(pictures.is_loading(), "decoded is not yet shown");
    service.upload(&ctx, &mut pictures);
    assert!(!pictures.is_loading() && pictures.entries.len() == 3, "all in one frame");
}

#[test]
fn a_screen_of_pictures_is_read_before_it_is_asked_for() {
    let (mut service, sender) = service();
    let (mut pictures, ctx) = (Pictures::default(), Context::default());
    let paths = || (0..9_999).map(|number| PathBuf::from(format!("{number}.jpg")));
    service.ahead().read(paths(), 100.0);
    let count = service.queue.lock().ahead.len();
    assert!(count >= 400 && count * 128 * 128 * 4 <= AHEAD_BYTES, "{count}");
    let first = next(&service);
    is_decoded(&first, &service, &sender);
    service.upload(&ctx, &mut pictures);
    assert!(matches!(pictures.get(Path::new("0.jpg"), 100.0), Picture::Ready { .. }), "there in the first frame");
    pictures.get(Path::new("7.jpg"), 100.0);
    service.request(&mut pictures);
    assert_eq!(&*next(&service).path, Path::new("7.jpg"), "what is asked for comes first");
    assert!(service.queue.lock().ahead.is_empty(), "the window asks for itself now");
}

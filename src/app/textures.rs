//! Textures that get a new picture again and again.

use egui::{Context, ImageData, TextureHandle, TextureOptions};

/// Gives an old texture a new picture, or makes a texture.
pub(super) fn upload(
    old: Option<TextureHandle>,
    ctx: &Context,
    name: &str,
    picture: impl Into<ImageData>,
    options: TextureOptions,
) -> TextureHandle {
    match old {
        Some(mut texture) => {
            texture.set(picture, options);
            texture
        }
        None => ctx.load_texture(name, picture, options),
    }
}

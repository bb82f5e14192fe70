//! A figure as PNG, for mails and slides that take no SVG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::text::{BOLD, REGULAR};

/// Pixels per unit of the canvas.
const ZOOM: f32 = 2.0;

/// As the embedded fonts name themselves, and as the SVG asks for them.
const FAMILY: &str = "Atkinson Hyperlegible Next";

/// The SVG of a figure as PNG on white, 2880 pixels wide.
///
/// Uses only the embedded fonts, so that the bytes depend on nothing else.
///
/// # Errors
/// A sentence for the reader.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let fail = |what: String| format!("This chart can't be turned into a picture: {what}.");
    let options = Options { fontdb: fonts(), font_family: FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| fail(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(ZOOM).ok_or_else(|| fail("it has no size".to_owned()))?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| fail("it is too large".to_owned()))?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(ZOOM, ZOOM), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| fail(error.to_string()))
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

//! A bar chart as SVG: a group for each operation, a bar for each way in which the library is there.

use crate::statistics::Spread;
use std::fmt::Write;

pub struct Bar {
    pub name: &'static str,
    /// To the raw call.
    pub ratio: Spread,
}

const COLOURS: [&str; 5] = ["#c6dbef", "#9ecae1", "#3182bd", "#fdae6b", "#d95f0e"];
const LEFT: f64 = 270.0;
const WIDTH: f64 = 560.0;
const BAR: f64 = 9.0;
const GAP: f64 = 14.0;
const TOP: f64 = 60.0;

/// The horizontal axis: what is beyond its end is cut off, and written there.
const FROM: f64 = 0.5;
const TO: f64 = 1.6;

pub fn draw(groups: &[(String, Vec<Bar>)]) -> String {
    let x = |ratio: f64| LEFT + (ratio.clamp(FROM, TO) - FROM) / (TO - FROM) * WIDTH;
    let mut out = String::new();
    let mut y = TOP;
    for (name, bars) in groups {
        let middle = y + BAR * count(bars.len()) / 2.0 + 4.0;
        let _ = writeln!(out, r#"<text x="{}" y="{middle:.1}" text-anchor="end">{name}</text>"#, LEFT - 10.0);
        for (bar, colour) in bars.iter().zip(COLOURS) {
            let Spread { low, median, high } = bar.ratio;
            let (begin, centre) = (x(FROM), y + BAR / 2.0);
            let _ = writeln!(
                out,
                r#"<rect x="{begin:.1}" y="{y:.1}" width="{:.1}" height="{:.1}" fill="{colour}"/>"#,
                x(median) - begin,
                BAR - 1.0
            );
            let _ = writeln!(
                out,
                r##"<line x1="{:.1}" x2="{:.1}" y1="{centre:.1}" y2="{centre:.1}" stroke="#333"/>"##,
                x(low),
                x(high)
            );
            if median > TO {
                let _ = writeln!(
                    out,
                    r#"<text x="{}" y="{:.1}" font-size="9">{median:.1}</text>"#,
                    x(TO) + 4.0,
                    y + BAR - 1.0
                );
            }
            y += BAR;
        }
        y += GAP;
    }
    let axis = draw_axis(y, x);
    let legend = draw_legend(groups.first().map(|(_, bars)| bars.as_slice()).unwrap_or_default());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"20\" font-size=\"14\">The time of a call under shmsan, the raw one being 1; the line is the middle half</text>\n\
         {legend}{axis}{out}</svg>\n",
        LEFT + WIDTH + 40.0,
        y + 20.0
    )
}

fn draw_axis(bottom: f64, x: impl Fn(f64) -> f64) -> String {
    let mut out = String::new();
    for tenths in 5_u8..=16 {
        let tick = f64::from(tenths) / 10.0;
        let colour = if tenths == 10 { "#333" } else { "#ddd" };
        let x = x(tick);
        let _ = writeln!(
            out,
            r#"<line x1="{x:.1}" x2="{x:.1}" y1="{}" y2="{bottom:.1}" stroke="{colour}"/><text x="{x:.1}" y="{:.1}" text-anchor="middle">{tick:.1}</text>"#,
            TOP - 8.0,
            bottom + 12.0
        );
    }
    out
}

fn draw_legend(bars: &[Bar]) -> String {
    let mut out = String::new();
    for (number, (bar, colour)) in bars.iter().zip(COLOURS).enumerate() {
        let x = LEFT + 145.0 * count(number);
        let _ = writeln!(
            out,
            r#"<rect x="{x}" y="32" width="10" height="10" fill="{colour}"/><text x="{}" y="41">{}</text>"#,
            x + 14.0,
            bar.name
        );
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
const fn count(number: usize) -> f64 {
    number as f64
}

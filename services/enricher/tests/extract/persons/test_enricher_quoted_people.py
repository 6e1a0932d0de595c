"""People who are quoted: customers, who are none of the company's, unless it says so."""

import pytest

from testkit.enrichment.extraction import people_on

TWO = "<h3>Ana Cruz</h3><p>Sales Manager</p><h3>Ben Low</h3><p>Head Baker</p>"
BOTH = [("Ana Cruz", "Sales Manager"), ("Ben Low", "Head Baker")]


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (
            (
                "<blockquote><p>Never a leak.</p><footer>Mei Tan, Facilities Manager, <cite>Omega Foods</cite>"
                "</footer></blockquote>"
            ),
            "",
            [],
        ),
        (
            (
                "<figure><blockquote>Never a leak.</blockquote><figcaption>Mei Tan<br>Facilities Manager"
                "</figcaption></figure>"
            ),
            "",
            [],
        ),
        (
            (
                '<div class="carousel"><div class="slide"><p>Never a leak in ten years.</p><h4>Mei Tan</h4>'
                '<span>Facilities Manager</span></div><div class="slide"><p>Quick and clean.</p><h4>Raj Nair'
                "</h4><span>Operations Director</span></div></div>"
            ),
            "",
            [],
        ),
        (
            (
                '<div class="testi-item"><div>★★★★★</div><p>Never a leak</p><h4>Mei Tan</h4><span>Owner</span>'
                '</div><div class="testi-item"><div>★★★★★</div><p>Quick</p><h4>Raj Nair</h4><span>Manager'
                "</span></div>"
            ),
            "",
            [],
        ),
        (
            (
                "<section class='swiper'><p>“Never a leak in ten years.”</p><p>Mei Tan</p><p>Facilities Manager"
                "</p></section>"
            ),
            "about",
            [],
        ),
        (
            (
                '<p>"Never a leak in ten years."</p><p>- Mei Tan, Facilities Manager</p><p>"Quick and clean."'
                "</p><p>- Raj Nair, Owner</p>"
            ),
            "",
            [],
        ),
        (
            (
                "<h2>What our customers say</h2><div><p>Never a leak in ten years.</p><p>Mei Tan</p>"
                "<p>Facilities Manager</p></div><div><p>Quick.</p><p>Raj Nair</p><p>Owner</p></div><div>"
                "<p>Very good indeed.</p><p>Siti Aminah</p><p>Store Manager</p></div>"
            ),
            "",
            [],
        ),
        (
            (
                "<h2>Kind words</h2><p>Never a leak in ten years.</p><strong>Mei Tan</strong>"
                "<em>Facilities Manager</em><p>Quick.</p><strong>Raj Nair</strong><em>Owner</em>"
            ),
            "about",
            [],
        ),
        (
            (
                "<h2>Don’t take our word for it</h2><p>Never a leak in ten years.</p><b>Mei Tan</b>"
                "<i>Facilities Manager</i><p>Quick.</p><b>Raj Nair</b><i>Owner</i>"
            ),
            "about",
            [],
        ),
        ("<q>Never a leak.</q> <cite>Mei Tan, Facilities Manager</cite>", "about", []),
        (
            (
                '<div class="feedback"><p>Never a leak.</p><p class="name">Mei Tan</p>'
                '<p class="position">Facilities Manager</p></div>'
            ),
            "about",
            [],
        ),
        (
            (
                '<div class="client-quote"><p>Never a leak.</p><p>Mei Tan</p><p>Facilities Manager, Omega Foods'
                '</p></div><div class="client-quote"><p>So quick.</p><p>Raj Nair</p><p>Owner, Kirin Mart</p>'
                "</div>"
            ),
            "about",
            [],
        ),
        ("<p>4.9/5 on Google</p><p>Mei Tan</p><p>Owner</p><p>Raj Nair</p><p>Manager</p>", "", []),
        (
            (f'<h2>Our team</h2>{TWO}<div class="testimonial"><p>Fine valves.</p><h3>Mei Tan</h3><p>Owner</p></div>'),
            "team",
            BOTH,
        ),
        (
            f"<h2>Our team</h2>{TWO}<h2>From our customers</h2><p>Fine valves.</p><h3>Mei Tan</h3><p>Owner</p>",
            "team",
            BOTH,
        ),
        ("<p>“Fine valves, would buy again.” Mei Tan, Owner of Kirin Mart</p>", "about", []),
        ("<p>“Fine valves, would buy again,” says Mei Tan, store manager.</p>", "", []),
        ("<p>Mei Tan, a facilities manager in Tuas, has used our valves for years.</p>", "", []),
        (
            (
                '<div class="card"><blockquote>Never a leak.</blockquote><h4>Mei Tan</h4>'
                '<span>Facilities Manager</span></div><div class="card"><blockquote>Quick.</blockquote>'
                "<h4>Raj Nair</h4><span>Owner</span></div>"
            ),
            "about",
            [],
        ),
        (
            (
                '<div class="item"><span class="stars"></span><p>Never a leak.</p><h4>Mei Tan</h4>'
                '<span>Facilities Manager</span></div><div class="item"><span class="stars"></span><p>Quick.'
                "</p><h4>Raj Nair</h4><span>Owner</span></div>"
            ),
            "about",
            [],
        ),
        (
            (
                '<div class="quote-slide"><p>Never a leak.</p><h4>Mei Tan</h4><span>Facilities Manager</span>'
                '</div><div class="quote-slide"><p>Quick.</p><h4>Raj Nair</h4><span>Owner</span></div>'
            ),
            "about",
            [],
        ),
        (f'<div class="quote-form"><p>Call us for a quote: 6777 1200</p></div><h2>Our team</h2>{TWO}', "team", BOTH),
        (
            (
                '<div class="testimonial"><p>Great.</p><p>Mei Tan</p><p>Owner</p></div><h2>Our team</h2>'
                "<p>Ana Cruz</p><p>Owner</p><p>She began it all.</p><p>Ben Low</p><p>Head Baker</p>"
            ),
            "team",
            [("Ana Cruz", "Owner"), ("Ben Low", "Head Baker")],
        ),
        ("<p>“Valves that simply work, year after year.”</p><p>— Mei Tan, Chief Engineer</p>", "about", []),
        ("<p>“Valves that simply work, year after year.”<br>Mei Tan<br>Chief Engineer, MV Aurora</p>", "about", []),
        (
            "<h2>Case study: Omega Foods</h2><p>“We lost no day,” says operations manager Mei Tan.</p>",
            "case-studies/omega",
            [],
        ),
        ("<p>“We lost no day,” says operations manager Mei Tan of Omega Foods.</p>", "", []),
    ],
)
def test_whoever_is_quoted_is_a_customer(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """In any markup, below any heading, with or without stars."""
    assert people_on(body, path) == sorted(found)

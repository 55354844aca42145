package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTheHeaderKeepsItsOrder: at the width of a small laptop nothing of the header slips below the menu, whoever's menu
// it is, and every part is on one line of its own or whole beside the others.
func TestTheHeaderKeepsItsOrder(t *testing.T) {
	w := newWorld(t)
	d := &desktop{w, browser(t)}
	const above = `(() => {
		const box = s => document.querySelector(s).getBoundingClientRect();
		const pill = box(".environment"), nav = box(".top nav"), me = box(".me"), top = box(".top");
		return pill.top <= nav.top + nav.height / 2 && pill.height < 40 && pill.bottom <= top.bottom && me.right <= innerWidth && me.top < nav.bottom;
	})()`
	for _, who := range []string{"hanna", "adam", "nina", "iris", "olle", "greta"} {
		d.signIn(d.ctx, who)
		for _, width := range []int64{1024, 1280, 1920} {
			d.do("turning the window", chromedp.EmulateViewport(width, 900))
			d.goes("opening the start page", chromedp.Navigate(d.server.URL+"/"))
			if fits, err := chromedp.Run(d.ctx, chromedp.Evaluate[bool](above)); err != nil || !fits {
				t.Errorf("%s at %d pixels: the header is out of order, %v", who, width, err)
			}
		}
	}
}

// TestTheWayBackStandsClear: in the citizen's mailbox the button to all cases does not touch the heading below it.
func TestTheWayBackStandsClear(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	d := &desktop{w, browser(t)}
	w.isReporter(d.ctx, id)
	d.goes("opening the mailbox", chromedp.Navigate(d.server.URL+"/mailbox/"+id))
	gap, err := chromedp.Run(d.ctx,
		chromedp.Evaluate[float64](
			`document.querySelector("h1").getBoundingClientRect().top - document.querySelector("form.back `+
				`button").getBoundingClientRect().bottom`,
		))
	if err != nil || gap < 12 {
		t.Errorf("%v pixels, %v", gap, err)
	}
}

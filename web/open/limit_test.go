package open

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	var l limiter
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for range 3 {
		if !l.take("a", now, 3, 5) {
			t.Fatal("refused too early")
		}
	}
	if l.take("a", now, 3, 5) || l.may("a", now, 3, 5) {
		t.Error("an address does it more often than it may")
	}
	if !l.take("b", now, 3, 5) || !l.take("c", now, 3, 5) || l.take("d", now, 3, 5) {
		t.Error("all together are not counted right")
	}
	if !l.take("a", now.Add(within), 3, 5) {
		t.Error("it is not forgotten")
	}
}

func TestLimiterIsBounded(t *testing.T) {
	var l limiter
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range addressesMost + 100 {
		l.count(strconv.Itoa(i), now)
	}
	if len(l.by) > addressesMost || l.crowd.n != 100 {
		t.Errorf("%d addresses, %d in the crowd", len(l.by), l.crowd.n)
	}
	l.count("late", now.Add(within))
	if len(l.by) != 1 {
		t.Errorf("%d addresses are remembered after their time", len(l.by))
	}
}

func TestCodes(t *testing.T) {
	one, other := newTicket(), newTicket()
	if !one.sound() || one.code() == other.code() || one.message() == other.message() {
		t.Error("tickets do not make codes of their own")
	}
	if code := one.code(); readCode(strings.ToLower(" "+printCode(code))) != code || len(printCode(code)) != 24 {
		t.Errorf("%s is not read as it is printed", printCode(code))
	}
	for _, typed := range []string{"", "ABC", strings.Repeat("A", 21), strings.Repeat("Å", 20), strings.Repeat("9", 20)} {
		if readCode(typed) != "" {
			t.Errorf("%q is taken for a code", typed)
		}
	}
	if ticket("x").sound() || one.reporter().Check() != 0 || !one.reporter().IsUnnumbered() {
		t.Error("a ticket, or an identity, of another form")
	}
}

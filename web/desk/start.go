package desk

import (
	"context"
	"net/http"
	"strconv"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

type startPage struct {
	shell.Page
	Loaded bool // there is a catalogue
	Units  int
	Rooms  []startRoom
}

// startRoom is one part of the start page: what waits, in the words of a role, and what can be done there.
type startRoom struct {
	ID, Heading, Lead string
	Cards             []startCard
	Links             []startLink
}

// startCard is a number with where it leads.
type startCard struct {
	Count, Name, Address string
	Worry                bool // a person should look at it
}

// startLink is something that can be done.
type startLink struct{ Name, Address, Hint string }

// StartPage says what waits for who looks, and what they may do.
func (s *Lists) StartPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	p := startPage{Page: s.Page(who, "Start", "start"), Loaded: s.Table() != nil, Units: len(s.Table().Units())}
	for _, room := range []func(context.Context, shell.Access) (startRoom, error){s.startInbox, s.startBoard, s.startUnit, s.startDeliveries, s.startCatalogue, s.startReview} {
		one, err := room(r.Context(), who)
		if err != nil {
			return err
		}
		if one.ID != "" {
			p.Rooms = append(p.Rooms, one)
		}
	}
	return html.Render(w, http.StatusOK, "start", p)
}

// startInbox is for who handles, receives and shares out cases.
func (s *Lists) startInbox(ctx context.Context, who shell.Access) (startRoom, error) {
	if !who.Somewhere(shell.SeeCase) {
		return startRoom{}, nil
	}
	room := startRoom{ID: "queues", Heading: "Inkorgen"}
	f := store.CaseFilter{Via: routing.Inbox}
	s.Narrow(&f, who, shell.SeeCase)
	queues, err := s.queues(ctx, f, who)
	if err != nil {
		return room, err
	}
	for _, q := range queues {
		if q.Queue == store.QueueMine && !who.Somewhere(shell.WriteCase) {
			continue // nobody else is given cases
		}
		room.Cards = append(room.Cards, startCard{Count: q.Count, Name: q.Name, Address: shell.Link("/inbox?queue={}", q.Queue)})
	}
	switch {
	case who.Somewhere(shell.WriteCase):
		late, err := s.lateMine(ctx, f, who)
		if err != nil {
			return room, err
		}
		room.Lead = "Ärenden som väntar på dig och dina kollegor."
		if late > 0 {
			room.Cards = append([]startCard{{Count: strconv.Itoa(late), Name: "Dina försenade", Address: "/inbox?queue=mine", Worry: true}}, room.Cards...)
		}
		room.Links = append(room.Links, startLink{"Registrera ett ärende som började utanför 1177", "/begin", "någon har ringt, skrivit eller kommit på besök"})
	case who.Somewhere(shell.ReadCase):
		room.Lead = "Fördela de nya ärendena på dem som handlägger, och bevaka att inget blir liggande."
	default:
		room.Lead = "Se hur ärendena är fördelade. Innehållet i dem visas inte för dig."
	}
	return room, nil
}

// lateMine is how many of somebody's cases should have been answered, a hundred at most.
func (s *Lists) lateMine(ctx context.Context, f store.CaseFilter, who shell.Access) (int, error) {
	f.Queue, f.Assignee, f.Due, f.Order, f.Limit = store.QueueMine, who.User, s.Clock(), store.DueFirst, 100
	cases, err := s.Relay.Store.Unlogged().Cases(ctx, f)
	return len(cases), err
}

// startBoard is for a patient board.
func (s *Lists) startBoard(ctx context.Context, who shell.Access) (startRoom, error) {
	units := s.BoardUnits(who, shell.ReadCase)
	if len(units) == 0 {
		return startRoom{}, nil
	}
	missing, err := s.PlacesMissing(ctx, units)
	if err != nil {
		return startRoom{}, err
	}
	return startRoom{
		ID: "board", Heading: "Patientnämnden", Lead: "Ärenden där platsen är beskriven med anmälarens egna ord behöver rätt enhet.",
		Cards: []startCard{{Count: strconv.Itoa(missing), Name: "Saknar enhet", Address: "/board", Worry: missing > 0}},
		Links: []startLink{{"Årlig export", "/board#export", "ärenden efter statistikens uppgifter, eller maskade texter"}},
	}, nil
}

// startUnit is for what belongs to a unit beside its cases.
func (s *Lists) startUnit(_ context.Context, who shell.Access) (startRoom, error) {
	room := startRoom{ID: "unit", Heading: "Enheten"}
	if who.Somewhere(shell.Administer | shell.WriteCase) {
		room.Links = append(room.Links, startLink{"Standardsvar", "/phrases", "texter som enheten använder ofta"})
	}
	if who.Somewhere(shell.Administer) {
		room.Links = append(room.Links, startLink{"Användare", "/users", "vilka som har roller på enheten, nya konton och lösenord"})
	}
	if who.Somewhere(shell.SeeStatistics) {
		room.Links = append(room.Links, startLink{"Statistik", "/statistics", "vad ärendena handlar om, och hur de fördelar sig"})
	}
	if len(room.Links) == 0 {
		return startRoom{}, nil
	}
	return room, nil
}

// startDeliveries is for who sees that messages arrive.
func (s *Lists) startDeliveries(ctx context.Context, who shell.Access) (startRoom, error) {
	if !who.May(shell.SeeDeliveries, shell.Owner{}) {
		return startRoom{}, nil
	}
	waiting, err := s.Relay.Store.Waitings(ctx)
	if err != nil {
		return startRoom{}, err
	}
	due, parked := 0, 0
	for _, row := range waiting {
		due += row.Due
		parked += row.Parked
	}
	room := startRoom{ID: "lines", Heading: "Leveranser", Lead: "Kommer allt fram? Parkerade meddelanden väntar på att en människa gör något.", Cards: []startCard{
		{Count: strconv.Itoa(due), Name: "Väntar på leverans", Address: "/monitor/deliveries?state=due"},
		{Count: strconv.Itoa(parked), Name: "Parkerade", Address: "/monitor/deliveries?state=parked", Worry: parked > 0},
	}}
	room.Links = []startLink{{"Läget just nu", "/monitor", "mottagare, köer, certifikat och kontroller"}, {"Fellista", "/faults", "vad som har gått fel, varför, och vad man gör"}}
	return room, nil
}

// startCatalogue is for who keeps the addresses.
func (s *Lists) startCatalogue(ctx context.Context, who shell.Access) (startRoom, error) {
	if !who.May(shell.KeepCatalogue, shell.Owner{}) {
		return startRoom{}, nil
	}
	lost := s.WaysNow().Counts["none"]
	draft, err := s.Relay.Store.CatalogueState(ctx)
	if err != nil {
		return startRoom{}, err
	}
	room := startRoom{ID: "catalogue", Heading: "Adresskatalogen", Lead: "Vart ärenden och svar går.", Cards: []startCard{
		{Count: strconv.Itoa(lost), Name: "Enheter utan vägval", Address: "/catalogue?way=none", Worry: lost > 0},
	}}
	if draft.Open {
		room.Links = append(room.Links, startLink{"Fortsätt på utkastet", "/catalogue/draft", "ändringar som inte är publicerade"})
	}
	room.Links = append(room.Links, startLink{"Varför?", "/resolve", "vart ett anrop går, och vilken regel som bestämde"},
		startLink{"Flytta en enhet", "/catalogue/move", "mellan inkorgen och ett externt system"})
	return room, nil
}

// startReview is for who reviews the access log.
func (s *Lists) startReview(_ context.Context, who shell.Access) (startRoom, error) {
	if !who.Somewhere(shell.ReviewLog) {
		return startRoom{}, nil
	}
	return startRoom{
		ID: "log", Heading: "Loggkontroll", Lead: "Vem har läst, sökt och ändrat, och om vem.",
		Links: []startLink{{"Granska loggen", "/review", "sök, ta ett stickprov och dokumentera kontrollen"}},
	}, nil
}

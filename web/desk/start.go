package desk

import (
	"context"
	"net/http"
	"strconv"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
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
	p := startPage{Page: s.Page(who, startTitle, "start"), Loaded: s.Table() != nil, Units: len(s.Table().Units())}
	for _, room := range []func(context.Context, shell.Access) (startRoom, error){
		s.startInbox, s.startBoard, s.startUnit, s.startDeliveries, s.startCatalogue, s.startReview,
	} {
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
	room := startRoom{ID: "queues", Heading: startQueues}
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
		room.Cards = append(room.Cards, startCard{
			Count: q.Count, Name: q.Name, Address: shell.Link("/inbox?queue={}", q.Queue),
		})
	}
	if room.Cards, err = s.startAlso(ctx, who, room.Cards); err != nil {
		return room, err
	}
	switch {
	case who.Somewhere(shell.WriteCase):
		late, err := s.lateMine(ctx, f, who)
		if err != nil {
			return room, err
		}
		room.Lead = startQueuesHandler
		if late > 0 {
			room.Cards = append(
				[]startCard{{Count: strconv.Itoa(late), Name: startLate, Address: "/inbox?queue=mine", Worry: true}}, room.Cards...,
			)
		}
		room.Links = append(room.Links, startLink{startBegin, "/begin", startBeginHint})
	case who.Somewhere(shell.ReadCase):
		room.Lead = startQueuesReceiver
	default:
		room.Lead = startQueuesAdministrator
	}
	return room, nil
}

// startMost is how far the start page counts what is beside the queues.
const startMost = 100

// startAlso adds what waits beside the queues, where there is any: requests of patient boards for an opinion, and open
// cases without a registration number, for who may give them one.
func (s *Lists) startAlso(ctx context.Context, who shell.Access, cards []startCard) ([]startCard, error) {
	asked, err := s.OpinionsWaiting(ctx, who)
	if err != nil {
		return nil, err
	}
	if asked > 0 {
		cards = append(cards, startCard{Count: strconv.Itoa(asked), Name: startOpinions, Address: "/opinions"})
	}
	unsent, err := s.unsent(ctx, who)
	if err != nil {
		return nil, err
	}
	if unsent > 0 {
		cards = append(cards, startCard{
			Count: strconv.Itoa(unsent), Name: startUnsent, Address: "/inbox?answer=unsent", Worry: true,
		})
	}
	units := s.FindInboxUnits(who, shell.WriteCase, "", casework.ReceiverLimit)
	if len(units) == 0 {
		return cards, nil
	}
	ids := make([]string, 0, len(units))
	for _, u := range units {
		ids = append(ids, u.HSAID)
	}
	lacking, err := s.Relay.Store.Unnumbered(ctx, ids, true, startMost)
	if err != nil || len(lacking) == 0 {
		return cards, err
	}
	count := strconv.Itoa(len(lacking))
	if len(lacking) == startMost {
		count = strconv.Itoa(startMost-1) + "+"
	}
	return append(cards, startCard{Count: count, Name: startUnregistered, Address: "/registration"}), nil
}

// unsent is in how many cases of somebody's units an answer could not be sent, a hundred at most.
func (s *Lists) unsent(ctx context.Context, who shell.Access) (int, error) {
	if !who.Somewhere(shell.WriteCase) {
		return 0, nil
	}
	f := store.CaseFilter{Via: routing.Inbox, Unsent: true, Limit: startMost}
	s.Narrow(&f, who, shell.WriteCase)
	cases, err := s.Relay.Store.Unlogged().Cases(ctx, f)
	return len(cases), err
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
		ID: "board", Heading: startBoard, Lead: startBoardLead,
		Cards: []startCard{{Count: strconv.Itoa(missing), Name: startPlaceless, Address: "/board", Worry: missing > 0}},
		Links: []startLink{{startYearly, "/board#export", startYearlyHint}},
	}, nil
}

// startUnit is for what belongs to a unit beside its cases.
func (s *Lists) startUnit(_ context.Context, who shell.Access) (startRoom, error) {
	room := startRoom{ID: "unit", Heading: startUnit}
	if who.Somewhere(shell.Administer | shell.WriteCase) {
		room.Links = append(room.Links, startLink{startPhrases, "/phrases", startPhrasesHint},
			startLink{startRegister, "/registration", startRegisterHint})
	}
	if who.Somewhere(shell.Administer) {
		room.Links = append(room.Links, startLink{startUsers, "/users", startUsersHint})
	}
	if who.Somewhere(shell.SeeStatistics) {
		room.Links = append(room.Links, startLink{startStatistics, "/statistics", startStatisticsHint})
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
	room := startRoom{ID: "lines", Heading: startDeliveries, Lead: startDeliveriesLead, Cards: []startCard{
		{Count: strconv.Itoa(due), Name: startDue, Address: "/monitor/deliveries?state=due"},
		{Count: strconv.Itoa(parked), Name: startParked, Address: "/monitor/deliveries?state=parked", Worry: parked > 0},
	}}
	room.Links = []startLink{{startMonitor, "/monitor", startMonitorHint}, {startFaults, "/faults", startFaultsHint}}
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
	room := startRoom{ID: "catalogue", Heading: startCatalogue, Lead: startCatalogueLead, Cards: []startCard{
		{Count: strconv.Itoa(lost), Name: startLost, Address: "/catalogue?way=none", Worry: lost > 0},
	}}
	if draft.Open {
		room.Links = append(room.Links, startLink{startDraft, "/catalogue/draft", startDraftHint})
	}
	room.Links = append(room.Links, startLink{startWhy, "/resolve", startWhyHint},
		startLink{startMove, "/catalogue/move", startMoveHint})
	return room, nil
}

// startReview is for who reviews the access log.
func (s *Lists) startReview(_ context.Context, who shell.Access) (startRoom, error) {
	if !who.Somewhere(shell.ReviewLog) {
		return startRoom{}, nil
	}
	return startRoom{
		ID: "log", Heading: startReview, Lead: startReviewLead,
		Links: []startLink{{startReviewLog, "/review", startReviewLogHint}},
	}, nil
}

package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ServerTime is the processor time that the PostgreSQL of a URL has used so far, all its processes together. It can
// tell only on Linux, of a server on this machine; 0 elsewhere.
func ServerTime(ctx context.Context, url string) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("asking the server for its process: %w", err)
	}
	var backend int
	defer func() { _ = conn.Close(ctx) }() // until then its process is there to be looked at
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return 0, fmt.Errorf("asking the server for its process: %w", err)
	}
	found, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	parents, used, ended := map[int]int{}, map[int]int64{}, map[int]int64{}
	for _, path := range found {
		if pid, fields := processStat(path); len(fields) > 14 {
			parents[pid] = number(fields[1])
			used[pid] = int64(number(fields[11]) + number(fields[12]))
			ended[pid] = int64(number(fields[13]) + number(fields[14])) // children that it has waited for
		}
	}
	server, ok := parents[backend]
	if !ok {
		return 0, nil
	}
	ticks := used[server] + ended[server]
	for pid, parent := range parents {
		if parent == server {
			ticks += used[pid]
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // Linux tells in hundredths of a second
}

// processStat is a process's number and what stands after its name, from the state on.
func processStat(path string) (int, []string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, nil
	}
	at := strings.LastIndexByte(string(text), ')')
	if at < 0 {
		return 0, nil
	}
	return number(filepath.Base(filepath.Dir(path))), strings.Fields(string(text[at+1:]))
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

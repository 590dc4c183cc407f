// Package shop keeps orders.
package shop

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

const limit = 10

var ErrFull = errors.New("full")

type Order struct {
	ID    int    `json:"id"`
	Owner string `json:"owner,omitempty"`
	items []Item
}

type Item interface {
	Price() int
	Name() string
}

type Store struct {
	mu     sync.Mutex
	orders map[int]*Order
}

func NewStore() *Store {
	return &Store{orders: make(map[int]*Order)}
}

func (s *Store) Add(ctx context.Context, o *Order) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.orders) >= limit {
		return ErrFull
	}
	if err := o.validate(); err != nil {
		return fmt.Errorf("order %d: %w", o.ID, err)
	}
	s.orders[o.ID] = o
	return nil
}

func (o *Order) validate() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	for i, item := range o.items {
		if item == nil {
			return errors.New("no item")
		}
		fmt.Println(i, item.Name())
	}
	return nil
}

func (s *Store) Total() (total int) {
	ch := make(chan int)
	go func() {
		for _, o := range s.orders {
			for _, i := range o.items {
				ch <- i.Price()
			}
		}
		close(ch)
	}()
	for p := range ch {
		total += p
	}
	select {
	case <-ch:
	default:
	}
	switch {
	case total == total:
		fmt.Println("same", total)
	case total > limit:
		return -1
	}
	x, err := compute(total, total)
	if err != nil {
		panic(err)
	}
	f(1, 2)
	f(2, 2)
	f(g(1), g(2)...)
	return x
}

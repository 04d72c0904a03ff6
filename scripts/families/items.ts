/** What implementations of these ideas got wrong before: the families of negative tests, in our words. Ids are positions. */

export interface Item {
  text: string
  /** Why it does not apply to the vault. */
  apart: string
}

export interface Family {
  title: string
  items: readonly (string | Item)[]
  /** Not of the vault: whose tests carry its ids. */
  elsewhere?: string
}

export const FAMILIES: Readonly<Record<string, Family>> = {
  A: {
    title: 'router, ether, approvals',
    items: [
      'ether is sent with a call that also pulls the token: one value is not counted twice',
      'what is left in the router is not swept by a stranger',
      'a vault, token or exchange that is not what it says',
      'no approval outlives the call that needed it',
      'a permit that somebody else used first',
      'the receiver is not the owner: nobody claims what is not his',
      'the deadline holds, to the second',
    ],
  },
  B: {
    title: 'accounting of the book, rounding',
    items: [
      'an exit from a venue that pays rewards along takes no more than its part',
      'what the rounding of an exit leaves is no profit of the next report',
      'gifts of assets, LP tokens or shares, before a call and inside a callback',
      'the supply falls to nothing and begins again',
      'nothing is held while shares are outstanding',
      'a thousand operations of one base unit',
      'shares sent to oneself, or to the vault',
    ],
  },
  C: {
    title: 'sharing of losses, old values, just in time',
    items: [
      'entering right before a report and leaving right after it',
      'a report of the winners only',
      'who leaves first leaves the loss to others',
      'a deposit after the price moved and before it is reported',
      'leaving against a position that has risen',
      'coming back in through another vault',
      'nobody reports for long, prices rise and fall',
    ],
  },
  D: {
    title: 'oracles',
    items: [
      'answers of zero, below zero, too old, from the future',
      'feeds and tokens of other decimals',
      'a venue is read while it is inside a call of its own',
      'reserves skewed by a flash loan',
      'price and backing never come from one source',
      'the issuer rate jumps, up and down',
      'the chain stands still and goes on',
      'two legs lose their peg together',
      'a valuation that burns the gas it is given',
    ],
  },
  E: {
    title: 'rewards',
    items: [
      'entering for a harvest and leaving with its rewards',
      'a third party makes the venue pay',
      'rewards while nobody holds units',
      {
        text: 'rewards of few decimals vanish in an accumulator',
        apart: 'rewards are auctioned whole; the vault keeps no reward per share',
      },
      'a later step that fails does not stop the claim',
      'a reward token that reverts or calls back',
      'what nobody listed is not swept along',
      'a claim to somebody else’s receiver',
    ],
  },
  F: {
    title: 'fees and the high-water mark',
    items: [
      'a fee is exact after the dilution it causes itself',
      'a spike of the price sets the mark',
      'noise is charged nothing',
      'one profit is charged once, however often it is looked at',
      'a change of a fee is not retroactive',
      'who receives the fee cannot block',
      'profit that is still locked is not charged',
      'supplies of a few base units',
      'everybody leaves and comes back',
    ],
  },
  G: {
    title: 'liquidation and auctions',
    items: [
      'a token that is not for sale is sold',
      'decimals of token and payment',
      'least received, most paid',
      'the deadline',
      'dust',
      'partial fills',
      'rounding, and tokens that take fees',
      'a taker who calls back',
      'the price while the feed is dead',
    ],
  },
  H: {
    title: 'registry, configuration, denial of service',
    items: [
      'added, removed and added again',
      'twice the same',
      'the gas of the largest number',
      'one that reverts stops neither a report nor an exit',
      'divisors of zero',
      {
        text: 'messages out of order',
        apart: 'it takes none; the reports of a loss are the loss oracle’s, which orders them',
      },
      'bounds are where they are said to be, inclusive or not',
    ],
  },
  I: {
    title: 'ERC-4626',
    items: [
      'previews against what is done',
      'max* promises no more than passes, and never reverts',
      'views are views',
      'roundings are against the one who acts',
      'withdraw and mint while prices move',
      'paused: the maxima are 0',
    ],
  },
  J: {
    title: 'signals and filters',
    elsewhere: 'the signals’ own tests',
    items: [
      'a first window with a slashing inside',
      'a negative yield',
      'one outlier',
      'snapshots missed, late, repeated, out of order',
      'scaling of units',
      'a denominator of zero',
    ],
  },
  K: {
    title: 'the gate of the strategy',
    elsewhere: 'the gate’s and the limits’ own tests',
    items: [
      'each check, if it were missing, is missed',
      'equality at each bound',
      'a move within one token',
      'moves to idle teach it nothing',
      'a round trip through idle',
      'a pause ends at the regained peak',
    ],
  },
  L: {
    title: 'emergency and age',
    items: [
      'an exit while no price answers',
      'an exit while no keeper works',
      'an exit while one leg is unsafe',
      'an exit while the venue’s staking reverts',
      'in kind, always',
    ],
  },
  M: {
    title: 'power of the roles',
    items: [
      'nothing that recovers or configures touches accounted assets',
      'oracle, registry and strategy change behind a delay',
      'fees have their ceilings',
      'a solver, keeper or guardian who turned costs at most his budget',
    ],
  },
  N: {
    title: 'integrators',
    items: [
      'a least or a most everywhere',
      'a flag on chain that says whether the book is fresh',
      'rewards go where they belong, whoever claims',
      'an exit in a loss does not underflow',
      'the share price as an oracle: spot does not move it',
    ],
  },
}

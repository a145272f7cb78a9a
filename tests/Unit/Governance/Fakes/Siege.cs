using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Unit.Governance.Fakes;

/// <summary>
/// Generated attempts to get an effect that nobody rightly approved, on three processes over one database: two as they
/// should be, one that knows that an approver was demoted. Amounts, people, what is tampered with and the order come from
/// the seed; every few hundred attempts a new day begins with new proposals, beside which the old ones stay targets.
/// </summary>
internal sealed class Siege : IDisposable
{
    private const string Demoted = "name: Frank Moreau, roles: [finance]";

    private readonly Bench _bench;
    private readonly Random _random;
    private readonly IServiceProvider[] _nodes;
    private readonly IServiceProvider _demoted;
    private readonly List<string> _breaches = [];
    private readonly HashSet<string> _distinct = [];
    private readonly Dictionary<string, int> _tried = [];
    private readonly List<ProposalView> _expired = [], _done = [], _rejected = [];

    // Of the day: what still waits, and may be approved by those who may.
    private readonly List<ProposalView> _pending = [], _own = [], _split = [];
    private int _step;
    private int _day;

    private Siege(Bench bench, int seed)
    {
        (_bench, _random) = (bench, new Random(seed));
        var people = bench.PeopleText;
        var second = bench.Restart();
        (bench.PeopleFile, bench.PeopleText) = ("demoted.yaml", people.Replace(Demoted, "name: Frank Moreau, roles: [viewer]"));
        _demoted = bench.Restart();
        (bench.PeopleFile, bench.PeopleText) = ("people.yaml", people);
        _nodes = [bench.Restart(), second];
    }

    /// <summary>What took effect or was let through though it should not have.</summary>
    public IReadOnlyList<string> Breaches => _breaches;

    /// <summary>How often each kind was tried.</summary>
    public IReadOnlyDictionary<string, int> Tried => _tried;

    /// <summary>Attempts of which no two are of one kind, on one proposal, by one person, with one change.</summary>
    public int Distinct => _distinct.Count;

    public static async Task<Siege> BeginAsync(int seed) => new(await Bench.StartAsync(), seed);

    /// <summary>Tries <paramref name="attempts"/> things on each of so many days, then compares what happened with what was rightly approved.</summary>
    public async Task RunAsync(int days, int attempts)
    {
        for (_day = 1; _day <= days; _day++)
        {
            await BeginDayAsync();
            for (var i = 0; i < attempts; i++)
            {
                var (kind, run) = Next();
                _tried[kind] = _tried.GetValueOrDefault(kind) + 1;
                if (await run() is { } breach)
                {
                    _breaches.Add($"{kind}: {breach}");
                }
            }
        }

        Compare();
    }

    public void Dispose() => _bench.Dispose();

    private (string Kind, Func<Task<string?>> Run) Next()
    {
        // What needs a proposal of its own for each attempt is dearer, and rarer.
        switch (_random.Next(60))
        {
            case 0:
                return (Race, RaceAsync);
            case 1:
                return (DemotedLater, DemotedLaterAsync);
            case 2:
                return (SwappedLater, SwappedLaterAsync);
            case 3 or 4:
                return (Moved, MovedAsync);
        }

        var kind = Kinds[_random.Next(Kinds.Length)];
        var approver = Approver();
        ProposalView about = kind switch
        {
            "replayed approval" => One(_done, _rejected),
            "replayed execution" => One(_done, _rejected, _expired),
            "other tenant" => One(_pending, _done),
            "expired" => One(_expired),
            "self-approved" => One(_own),
            "cap split over many proposals" => One(_split),
            "two processes on one database" => One(_split, _done, _own),
            _ => One(_pending),
        };
        var swap = Swaps[_random.Next(Swaps.Length)];
        var other = One(_own, _split, _done);
        var nobody = _random.Next(4) switch { 0 => "vera", 1 => "sam", 2 => "olivia", _ => "mallory" };
        var how = kind switch
        {
            "replayed execution" or "demoted approver" or "self-approved" => "",
            "no role, or nobody" => nobody,
            "argument swapped: another card's hash" => $"{approver} {other.Id}",
            "argument swapped in the database" => $"{approver} {swap.What}",
            "two processes on one database" => about.RequestedBy == "sam" ? approver : "",
            _ => approver,
        };
        _distinct.Add($"{kind} {about.Id} {how}");
        return (kind, kind switch
        {
            "replayed approval" => () => RefusedAsync(about, approver, "already_decided"),
            "replayed execution" => () => UnchangedAsync(about),
            "argument swapped: another card's hash" => () => RefusedAsync(about with { Hash = other.Hash }, approver, "hash_mismatch"),
            "argument swapped in the database" => () => SwappedAsync(about, swap, approver),
            "other tenant" => () => OtherTenantAsync(about, approver),
            "expired" => () => RefusedAsync(about, approver, "expired"),
            "self-approved" => () => RefusedAsync(about, about.RequestedBy, "self_approval"),
            "demoted approver" => () => RefusedAsync(about, "frank", "not_allowed", _demoted),
            "cap split over many proposals" => () => RefusedAsync(about, approver, "cap_exceeded"),
            "two processes on one database" => () => AtOnceAsync(about, about.RequestedBy == "sam" ? approver : about.RequestedBy),
            _ => () => RefusedAsync(about, nobody, "not_allowed"),
        });
    }

    private const string Race = "two approvers at once on two processes: one wins";
    private const string SwappedLater = "argument swapped between approval and execution";
    private const string Moved = "stale state";
    private const string DemotedLater = "approver demoted between approval and execution";

    private static readonly string[] Kinds =
    [
        "replayed approval", "replayed execution", "argument swapped: another card's hash", "argument swapped in the database", "other tenant",
        "expired", "self-approved", "demoted approver", "cap split over many proposals", "two processes on one database", "no role, or nobody",
    ];

    /// <summary>What somebody with the database could change of a stored proposal.</summary>
    private static readonly (string What, Action<ProposalRow> Change)[] Swaps =
    [
        ("amount", r => r.AmountMinor++), ("currency", r => r.Currency = "eur"), ("customer", r => r.CustomerId = "cus_mallory"), ("customer's name", r => r.CustomerName = "Another Ltd"),
        ("target", r => r.TargetId += "0"), ("target's kind", r => r.TargetKind = "charge"), ("invoice in the arguments", r => r.Arguments = r.Arguments.Replace("in_", "in_9", StringComparison.Ordinal)),
        ("currency in the arguments", r => r.Arguments = r.Arguments.Replace("usd", "eur", StringComparison.Ordinal)), ("changes", r => r.Changes = "[]"), ("title", r => r.Title = "Credit $0.01"),
        ("reversibility", r => r.Reversibility = "Can be undone."), ("risk", r => r.Risk = "notify"), ("requester", r => r.RequestedBy = "vera"), ("expiry", r => r.ExpiresAt = r.ExpiresAt.AddDays(1)),
        ("time it waits for", r => r.NotBefore = DateTimeOffset.UnixEpoch), ("digest", r => r.Digest = new string('0', 64)), ("policy version", r => r.PolicyVersion = "0"), ("operation", r => r.Operation = "mail_credit"),
    ];

    /// <summary>The few things that are done rightly: they set the stage, and are the only effects there may be.</summary>
    private async Task BeginDayAsync()
    {
        for (var i = 0; i < 8; i++)
        {
            _expired.Add(await ProposeAsync("sam"));
        }

        _bench.Time.Advance(TimeSpan.FromHours(24));
        _pending.Clear();
        _own.Clear();
        _split.Clear();
        for (var i = 0; i < 8; i++)
        {
            _pending.Add(await ProposeAsync("sam"));
            _own.Add(await ProposeAsync(_random.Next(2) == 0 ? "frank" : "fiona"));
            var rejected = await ProposeAsync("sam");
            _rejected.Add(Bench.Ok(await _bench.Desk.RejectAsync(Bench.Tenant, rejected.Id, _bench.Person(Approver()), rejected.Hash, "api", "No.", default)));
            _done.Add(await _bench.ExecuteAsync(await ApprovedAsync()));
        }

        await SplitAsync();
    }

    /// <summary>Parts use the customer's cap of 300.00 up; each further part would pass it.</summary>
    private async Task SplitAsync()
    {
        var left = 30_000;
        while (_split.Count < 4)
        {
            var amount = _random.Next(5_000, 15_000);
            var part = await ProposeAsync("sam", $"cus_split_{_day}", amount);
            if (amount > left)
            {
                _split.Add(part);
                continue;
            }

            left -= amount;
            foreach (var person in new[] { "frank", "fiona" })
            {
                if ((await _bench.TryApproveAsync(part, person)).TryGet(out var view, out _) && view.Status == ProposalStatus.Approved)
                {
                    break;
                }
            }

            _done.Add(await _bench.ExecuteAsync(part));
        }
    }

    private async Task<ProposalView> ProposeAsync(string person, string? customer = null, int? amount = null)
    {
        var invoice = $"in_{++_step + 100}";
        _bench.Far.Remaining[invoice] = 50_000;
        _bench.Far.CustomerOf[invoice] = customer ?? $"cus_{_step}";
        var text = new Money(amount ?? _random.Next(1, 20_000), "usd").ToString();
        return await _bench.ProposeAsync(r => r with { Step = _step, Requester = _bench.Person(person), Arguments = Bench.Arguments(invoice, text) });
    }

    private async Task<ProposalView> ApprovedAsync() => Bench.Ok(await _bench.TryApproveAsync(await ProposeAsync("sam"), Approver()));

    /// <summary>The stored row is another while it is approved as it was shown, and then what it was.</summary>
    private async Task<string?> SwappedAsync(ProposalView proposal, (string What, Action<ProposalRow> Change) swap, string person)
    {
        await using var db = _bench.Open();
        var row = await db.Proposals.SingleAsync(p => p.Id == proposal.Id);
        var before = db.Entry(row).CurrentValues.Clone();
        swap.Change(row);
        await db.SaveChangesAsync();
        var breach = await RefusedAsync(proposal, person, "hash_mismatch");
        db.Entry(row).CurrentValues.SetValues(before);
        await db.SaveChangesAsync();
        return breach is null ? null : $"{swap.What} of {breach}";
    }

    /// <summary>Rightly approved, and another by the time it is carried out.</summary>
    private async Task<string?> SwappedLaterAsync()
    {
        var proposal = await ApprovedAsync();
        var (what, change) = Swaps[_random.Next(Swaps.Length)];
        _distinct.Add($"{SwappedLater} {proposal.Id}");
        await using (var db = _bench.Open())
        {
            change(await db.Proposals.SingleAsync(p => p.Id == proposal.Id));
            await db.SaveChangesAsync();
        }

        return await EndsAsync(proposal, ProposalStatus.Failed) is { } breach ? $"{what} of {breach}" : null;
    }

    /// <summary>Rightly approved and still so, against a state that has moved since.</summary>
    private async Task<string?> MovedAsync()
    {
        var proposal = await ApprovedAsync();
        var invoice = proposal.Target.Id;
        _distinct.Add($"{Moved} {proposal.Id}");
        switch (_random.Next(3))
        {
            case 0:
                _bench.Far.Remaining[invoice] -= _random.Next(1, 100);
                break;
            case 1:
                _bench.Far.Remaining[invoice] += _random.Next(1, 100);
                break;
            default:
                _bench.Far.CustomerOf[invoice] += "_other";
                break;
        }

        return await EndsAsync(proposal, ProposalStatus.Stale);
    }

    private async Task<string?> EndsAsync(ProposalView approved, ProposalStatus expected)
    {
        var before = _bench.Far.Effects.Count;
        var view = await Node().GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, approved.Id, default);
        return approved.Status == ProposalStatus.Approved && view.Status == expected && _bench.Far.Effects.Count == before ? null : $"{approved.Id} was {approved.Status} and ended {view.Status}";
    }

    /// <summary>Two who may approve it do so at once on two processes, and both have it carried out: one approval counts, and one effect follows.</summary>
    private async Task<string?> RaceAsync()
    {
        var proposal = await ProposeAsync("sam");
        _distinct.Add($"{Race} {proposal.Id}");
        string[] people = _random.Next(2) == 0 ? ["frank", "fiona"] : ["ada", "frank"];
        var both = await Task.WhenAll(_nodes.Select((n, i) => Task.Run(async () =>
        {
            var outcome = await DecideAsync(n, proposal, people[i]);
            await n.GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
            return outcome;
        })));
        _done.Add((await _bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!);
        return both.Count(o => o is Outcome<ProposalView>.Ok) == 1 && _done[^1].Status == ProposalStatus.Executed ? null : $"{proposal.Id}: {Words(both[0])}, {Words(both[1])}, {_done[^1].Status}";
    }

    /// <summary>Approved while the approver had the role; where it is carried out, the role is gone.</summary>
    private async Task<string?> DemotedLaterAsync()
    {
        // Above 200.00 two have to approve, and both have to hold the role still.
        var proposal = await ProposeAsync("sam", amount: _random.Next(1, 29_000));
        _distinct.Add($"{DemotedLater} {proposal.Id}");
        foreach (var person in new[] { "frank", "fiona" }.Take(proposal.Amount!.Value.AmountMinor > 20_000 ? 2 : 1))
        {
            Bench.Ok(await _bench.TryApproveAsync(proposal, person));
        }

        var view = await _demoted.GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
        return view.Status == ProposalStatus.Stale ? null : $"{proposal.Id} ended {view.Status}";
    }

    private async Task<string?> RefusedAsync(ProposalView proposal, string person, string code, IServiceProvider? node = null)
    {
        var outcome = await DecideAsync(node ?? Node(), proposal, person);
        return outcome is Outcome<ProposalView>.Refused { Refusal.Code: var said } && said == code ? null : $"{proposal.Id} by {person}: {Words(outcome)}";
    }

    private async Task<string?> UnchangedAsync(ProposalView proposal)
    {
        var before = _bench.Far.Effects.Count;
        var view = await Node().GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
        return _bench.Far.Effects.Count == before && (view.Status == proposal.Status || view.Status == ProposalStatus.Stale || proposal.Status == ProposalStatus.Pending)
            ? null
            : $"{proposal.Id} went from {proposal.Status} to {view.Status}";
    }

    private async Task<string?> OtherTenantAsync(ProposalView proposal, string person)
    {
        var outcome = await Node().GetRequiredService<DecisionDesk>().ApproveAsync(Bench.OtherTenant, proposal.Id, _bench.Person(person), proposal.Hash, "api", default);
        return outcome is Outcome<ProposalView>.Refused { Refusal.Code: "not_found" } ? null : $"{proposal.Id}: {Words(outcome)}";
    }

    private async Task<string?> AtOnceAsync(ProposalView proposal, string person)
    {
        var before = _bench.Far.Effects.Count;
        var both = await Task.WhenAll(_nodes.Select(n => Task.Run(async () =>
        {
            var outcome = await DecideAsync(n, proposal, person);
            await n.GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
            return outcome;
        })));
        return _bench.Far.Effects.Count == before && both.All(o => o is Outcome<ProposalView>.Refused) ? null : $"{proposal.Id}: {Words(both[0])}, {Words(both[1])}";
    }

    private Task<Outcome<ProposalView>> DecideAsync(IServiceProvider node, ProposalView proposal, string person) => node.GetRequiredService<DecisionDesk>()
        .ApproveAsync(Bench.Tenant, proposal.Id, person == "mallory" ? new Person("mallory", "M", [Roles.Admin]) : _bench.Person(person), proposal.Hash, "api", default);

    private void Compare()
    {
        var rightly = _done.Select(d => d.Id).Order().ToList();
        var happened = _bench.Far.Effects.Select(e => e.Proposal).Order().ToList();
        if (!rightly.SequenceEqual(happened))
        {
            _breaches.Add($"approved: {string.Join(' ', rightly)}; happened: {string.Join(' ', happened)}");
        }

        var amounts = _done.ToDictionary(d => d.Id, d => d.Amount);
        _breaches.AddRange(_bench.Far.Effects.Where(e => amounts.TryGetValue(e.Proposal, out var approved) && approved != e.Amount).Select(e => $"{e.Proposal} took effect with {e.Amount}"));
    }

    private static string Words(Outcome<ProposalView> outcome) =>
        outcome is Outcome<ProposalView>.Refused { Refusal: var refusal } ? refusal.Code : $"let through, {((Outcome<ProposalView>.Ok)outcome).Value.Status}";

    private ProposalView One(params List<ProposalView>[] pools)
    {
        var pool = pools[_random.Next(pools.Length)];
        return pool[_random.Next(pool.Count)];
    }

    private string Approver() => _random.Next(3) switch { 0 => "frank", 1 => "fiona", _ => "ada" };

    private IServiceProvider Node() => _nodes[_random.Next(_nodes.Length)];
}

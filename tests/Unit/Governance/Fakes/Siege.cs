using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
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
    private readonly List<ProposalView> _expired = [], _done = [], _rejected = [], _stale = [];

    // Of the day: what still waits, and may be approved by those who may.
    private readonly List<ProposalView> _pending = [], _own = [], _split = [], _tampered = [];
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

    /// <summary>Attempts of which no two are of one kind, on one proposal, by one approver.</summary>
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
        if (_random.Next(60) is var rare && rare < 2)
        {
            return rare == 0 ? (Race, RaceAsync) : (DemotedLater, DemotedLaterAsync);
        }

        var kind = Kinds[_random.Next(Kinds.Length)];
        var approver = Approver();
        ProposalView about = kind switch
        {
            "replayed approval" => One(_done, _rejected),
            "replayed execution" => One(_done, _rejected, _expired),
            "argument swapped in the database" => One(_tampered),
            "other tenant" => One(_pending, _done),
            "stale state" => One(_stale),
            "expired" => One(_expired),
            "self-approved" => One(_own),
            "cap split over many proposals" => One(_split),
            "two processes on one database" => One(_split, _done, _own),
            _ => One(_pending),
        };
        _distinct.Add($"{kind} {about.Id} {(kind is "replayed execution" or "stale state" or "demoted approver" or "self-approved" or "no role, or nobody" ? "" : approver)}");
        return (kind, kind switch
        {
            "replayed approval" => () => RefusedAsync(about, approver, "already_decided"),
            "replayed execution" or "stale state" => () => UnchangedAsync(about),
            "argument swapped: another card's hash" => () => RefusedAsync(about with { Hash = One(_own, _split, _done).Hash }, approver, "hash_mismatch"),
            "argument swapped in the database" => () => RefusedAsync(about, approver, "hash_mismatch"),
            "other tenant" => () => OtherTenantAsync(about, approver),
            "expired" => () => RefusedAsync(about, approver, "expired"),
            "self-approved" => () => RefusedAsync(about, about.RequestedBy, "self_approval"),
            "demoted approver" => () => RefusedAsync(about, "frank", "not_allowed", _demoted),
            "cap split over many proposals" => () => RefusedAsync(about, approver, "cap_exceeded"),
            "two processes on one database" => () => AtOnceAsync(about, about.RequestedBy == "sam" ? approver : about.RequestedBy),
            _ => () => RefusedAsync(about, _random.Next(4) switch { 0 => "vera", 1 => "sam", 2 => "olivia", _ => "mallory" }, "not_allowed"),
        });
    }

    private const string Race = "two approvers at once on two processes: one wins";
    private const string DemotedLater = "approver demoted between approval and execution";

    private static readonly string[] Kinds =
    [
        "replayed approval", "replayed execution", "argument swapped: another card's hash", "argument swapped in the database", "other tenant", "stale state",
        "expired", "self-approved", "demoted approver", "cap split over many proposals", "two processes on one database", "no role, or nobody",
    ];

    /// <summary>The few things that are done rightly: they set the stage, and are the only effects there may be.</summary>
    private async Task BeginDayAsync()
    {
        var stale = new List<ProposalView>();
        for (var i = 0; i < 3; i++)
        {
            _expired.Add(await ProposeAsync("sam"));
            stale.Add(await ApprovedAsync());
        }

        _bench.Time.Advance(TimeSpan.FromHours(24));
        foreach (var moved in stale)
        {
            _bench.Far.Remaining[moved.Target.Id] -= _random.Next(1, 100);
        }

        _stale.AddRange(stale);
        _pending.Clear();
        _own.Clear();
        _split.Clear();
        _tampered.Clear();
        for (var i = 0; i < 4; i++)
        {
            _pending.Add(await ProposeAsync("sam"));
            _own.Add(await ProposeAsync(_random.Next(2) == 0 ? "frank" : "fiona"));
            _tampered.Add(await TamperedAsync());
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

    private async Task<ProposalView> TamperedAsync()
    {
        var proposal = await ProposeAsync("sam");
        await using var db = _bench.Open();
        var row = db.Proposals.Where(p => p.Id == proposal.Id);
        _ = _random.Next(4) switch
        {
            0 => await row.ExecuteUpdateAsync(p => p.SetProperty(r => r.AmountMinor, r => r.AmountMinor + 1)),
            1 => await row.ExecuteUpdateAsync(p => p.SetProperty(r => r.CustomerId, "cus_mallory")),
            2 => await row.ExecuteUpdateAsync(p => p.SetProperty(r => r.Arguments, r => r.Arguments.Replace("in_", "in_9"))),
            _ => await row.ExecuteUpdateAsync(p => p.SetProperty(r => r.Changes, "[]")),
        };
        return proposal;
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
        _stale.Add(view);
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

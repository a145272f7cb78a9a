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
/// should be, one that knows that an approver was demoted. What a seed tries is the same on every run.
/// </summary>
internal sealed class Siege : IDisposable
{
    private const string Demoted = "name: Frank Moreau, roles: [finance]";

    private readonly Bench _bench;
    private readonly Random _random;
    private readonly IServiceProvider[] _nodes;
    private readonly IServiceProvider _demoted;
    private readonly List<string> _breaches = [];
    private readonly Dictionary<string, int> _tried = [];
    private readonly List<ProposalView> _pending = [], _own = [], _expired = [], _done = [], _rejected = [], _tampered = [], _stale = [], _split = [];
    private int _step;

    private Siege(Bench bench, int seed)
    {
        (_bench, _random) = (bench, new Random(seed));
        var people = bench.PeopleText;
        var second = bench.Restart();
        bench.PeopleText = people.Replace(Demoted, "name: Frank Moreau, roles: [viewer]");
        _demoted = bench.Restart();

        // Read now, before the file is as it was again.
        _ = _demoted.GetRequiredService<PeopleDirectory>();
        bench.PeopleText = people;
        _nodes = [bench.Restart(), second];
    }

    /// <summary>What took effect or was let through though it should not have.</summary>
    public IReadOnlyList<string> Breaches => _breaches;

    /// <summary>How often each kind was tried.</summary>
    public IReadOnlyDictionary<string, int> Tried => _tried;

    public static async Task<Siege> BeginAsync(int seed)
    {
        var siege = new Siege(await Bench.StartAsync(), seed);
        await siege.FillAsync();
        return siege;
    }

    /// <summary>Tries <paramref name="attempts"/> things, then compares what happened with what was rightly approved.</summary>
    public async Task RunAsync(int attempts)
    {
        for (var i = 0; i < attempts; i++)
        {
            var (kind, run) = Next();
            _tried[kind] = _tried.GetValueOrDefault(kind) + 1;
            if (await run() is { } breach)
            {
                _breaches.Add($"{kind}: {breach}");
            }
        }

        Compare();
    }

    public void Dispose() => _bench.Dispose();

    private (string Kind, Func<Task<string?>> Run) Next() => _random.Next(12) switch
    {
        0 => ("replayed approval", () => RefusedAsync(One(_done, _rejected), "frank", "already_decided")),
        1 => ("replayed execution", () => UnchangedAsync(One(_done, _rejected, _expired))),
        2 => ("argument swapped: another card's hash", () => SwappedAsync()),
        3 => ("argument swapped in the database", () => RefusedAsync(One(_tampered), Approver(), "hash_mismatch")),
        4 => ("other tenant", () => OtherTenantAsync(One(_pending, _done))),
        5 => ("stale state", () => UnchangedAsync(One(_stale))),
        6 => ("expired", () => RefusedAsync(One(_expired), Approver(), "expired")),
        7 => ("self-approved", () => RefusedAsync(One(_own), "frank", "self_approval")),
        8 => ("demoted approver", () => RefusedAsync(One(_pending), "frank", "not_allowed", _demoted)),
        9 => ("cap split over many proposals", () => RefusedAsync(One(_split), Approver(), "cap_exceeded")),
        10 => ("two processes on one database", () => AtOnceAsync(One(_split, _done, _own))),
        _ => ("no role, or nobody", () => RefusedAsync(One(_pending), _random.Next(4) switch { 0 => "vera", 1 => "sam", 2 => "olivia", _ => "mallory" }, "not_allowed")),
    };

    /// <summary>The few things that are done rightly: they set the stage, and are the only effects there may be.</summary>
    private async Task FillAsync()
    {
        for (var i = 0; i < 6; i++)
        {
            _expired.Add(await ProposeAsync("sam"));
            _stale.Add(await ApprovedAsync(i % 2 == 0 ? "frank" : "fiona"));
        }

        _bench.Time.Advance(TimeSpan.FromHours(24));
        foreach (var stale in _stale)
        {
            _bench.Far.Remaining[stale.Target.Id] -= 1;
        }

        for (var i = 0; i < 6; i++)
        {
            _pending.Add(await ProposeAsync("sam"));
            _own.Add(await ProposeAsync("frank"));
            _tampered.Add(await ProposeAsync("sam"));
            var rejected = await ProposeAsync("sam");
            _rejected.Add(Bench.Ok(await _bench.Desk.RejectAsync(Bench.Tenant, rejected.Id, _bench.Person("fiona"), rejected.Hash, "api", "No.", default)));
            _done.Add(await _bench.ExecuteAsync(await ApprovedAsync("fiona")));
        }

        await using (var db = _bench.Open())
        {
            var ids = _tampered.Select(t => t.Id).ToList();
            await db.Proposals.Where(p => ids.Contains(p.Id)).ExecuteUpdateAsync(p => p.SetProperty(r => r.AmountMinor, 1));
        }

        await SplitAsync();
    }

    /// <summary>Two parts use the customer's cap of 300.00 up to 240.00; each further part of 120.00 would pass it.</summary>
    private async Task SplitAsync()
    {
        for (var i = 0; i < 8; i++)
        {
            var part = await ProposeAsync("sam", "cus_split");
            if (i < 2)
            {
                Bench.Ok(await _bench.TryApproveAsync(part, "frank"));
                if (i == 1)
                {
                    Bench.Ok(await _bench.TryApproveAsync(part, "fiona"));
                }

                _done.Add(await _bench.ExecuteAsync(part));
            }
            else
            {
                _split.Add(part);
            }
        }
    }

    private async Task<ProposalView> ProposeAsync(string person, string? customer = null)
    {
        var invoice = $"in_{++_step + 100}";
        _bench.Far.Remaining[invoice] = 50_000;
        _bench.Far.CustomerOf[invoice] = customer ?? $"cus_{_step}";
        return await _bench.ProposeAsync(r => r with { Step = _step, Requester = _bench.Person(person), Arguments = Bench.Arguments(invoice) });
    }

    private async Task<ProposalView> ApprovedAsync(string person) => Bench.Ok(await _bench.TryApproveAsync(await ProposeAsync("sam"), person));

    private async Task<string?> RefusedAsync(ProposalView proposal, string person, string code, IServiceProvider? node = null)
    {
        var outcome = await DecideAsync(node ?? Node(), proposal, person);
        return outcome is Outcome<ProposalView>.Refused { Refusal.Code: var said } && said == code ? null : $"{proposal.Id} by {person}: {Words(outcome)}";
    }

    private Task<string?> SwappedAsync()
    {
        var (shown, meant) = (One(_pending), One(_own, _split, _done));
        return RefusedAsync(shown with { Hash = meant.Hash }, Approver(), "hash_mismatch");
    }

    private async Task<string?> UnchangedAsync(ProposalView proposal)
    {
        var before = _bench.Far.Effects.Count;
        var view = await Node().GetRequiredService<ProposalExecutor>().ExecuteAsync(Bench.Tenant, proposal.Id, default);
        return _bench.Far.Effects.Count == before && (view.Status == proposal.Status || view.Status == ProposalStatus.Stale || proposal.Status == ProposalStatus.Pending)
            ? null
            : $"{proposal.Id} went from {proposal.Status} to {view.Status}";
    }

    private async Task<string?> OtherTenantAsync(ProposalView proposal)
    {
        var outcome = await Node().GetRequiredService<DecisionDesk>().ApproveAsync(Bench.OtherTenant, proposal.Id, _bench.Person(Approver()), proposal.Hash, "api", default);
        return outcome is Outcome<ProposalView>.Refused { Refusal.Code: "not_found" } ? null : $"{proposal.Id}: {Words(outcome)}";
    }

    private async Task<string?> AtOnceAsync(ProposalView proposal)
    {
        var before = _bench.Far.Effects.Count;
        var both = await Task.WhenAll(_nodes.Select(n => Task.Run(async () =>
        {
            var outcome = await DecideAsync(n, proposal, "frank");
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

        _breaches.AddRange(_bench.Far.Effects.Where(e => e.Amount.AmountMinor != 12_000).Select(e => $"{e.Proposal} took effect with {e.Amount}"));
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

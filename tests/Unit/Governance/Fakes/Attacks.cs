using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Reconcile;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Unit.Governance.Fakes;

/// <summary>
/// One attack a guard, named after it: what the guard is there to stop. Each returns what went wrong, or null when it
/// was stopped for the right reason and nothing took effect.
/// </summary>
internal static class Attacks
{
    private const string Capped = """
        operations:
          credit_invoice:
            propose: [support, finance, admin]
            approve: [finance, admin]
            self_approval: false
            expiry: 24h
            second_approver_above: { usd: "200.00" }
            caps:
              per_customer_per_day: { usd: "300.00" }
              per_approver_per_day: { usd: "350.00" }
              per_day: { usd: "400.00" }
            batch_rows: 10
          mail_credit:
            propose: [support, automation]
            approve: [operations, finance, admin]
            self_approval: true
            expiry: 30m
        """;

    /// <summary>In the guard list's order.</summary>
    public static IReadOnlyList<(string Guard, Func<string?, Task<string?>> RunAsync)> All { get; } =
    [
        ("propose.kill_switch", w => OnAsync(w, async b =>
        {
            await StopAsync(b, "credit_invoice");
            return Expect(await b.TryProposeAsync(), "stopped");
        })),
        ("propose.read_only", w => OnAsync(w, async b => Expect(await b.TryProposeAsync(r => r with { Playbook = "quiet" }), "read_only"), b =>
            b.RolloutText = "operations: { credit_invoice: assisted }\nplaybooks: { quiet: read_only }")),
        ("propose.known_requester", w => OnAsync(w, async b =>
            Expect(await b.TryProposeAsync(r => r with { Requester = new Person("mallory", "M", [Roles.Admin]) }), "unknown_person"))),
        ("propose.proposer_role", w => OnAsync(w, async b => Expect(await b.TryProposeAsync(r => r with { Requester = b.Person("vera") }), "not_allowed"))),
        ("propose.filled_by_people", w => OnAsync(w, async b => Expect(await b.TryProposeAsync(r => r with { Operation = "form_credit" }), "form_only"), b =>
        {
            b.Form = true;
            b.PolicyText += "\n  form_credit:\n    propose: [support]\n    approve: [finance]\n    self_approval: false\n    expiry: 24h\n";
            b.RolloutText = "operations: { form_credit: assisted }";
        })),
        ("propose.not_before_in_reach", w => OnAsync(w, async b =>
            Expect(await b.TryProposeAsync(r => r with { NotBefore = b.Time.GetUtcNow().AddDays(31) }), "not_before_too_far"))),
        ("propose.read_again", w => OnAsync(w, async b =>
        {
            b.Far.ReadsAnother = "in_2";
            return Expect(await b.TryProposeAsync(), "not_read_again");
        })),
        ("propose.shown_whole", w => OnAsync(w, async b => Expect(await b.TryProposeAsync(r => r with { Arguments = WithMemo(new string('x', 4_001)) }), "too_long"))),
        ("propose.segment", w => OnAsync(w, async b => Expect(await b.TryProposeAsync(), "read_only"), b =>
            b.RolloutText = "operations: { credit_invoice: { phase: assisted, segments: [vip] } }\nsegments: { vip: { tags: [vip] } }")),

        ("decide.known_person", w => OnAsync(w, async b =>
            Expect(await DecideAsync(b, await b.ProposeAsync(), new Person("mallory", "M", [Roles.Admin])), "not_allowed"))),
        ("decide.approver_role", w => OnAsync(w, async b => Expect(await b.TryApproveAsync(await b.ProposeAsync(), "vera"), "not_allowed"))),
        ("decide.requester_not_approver", w => OnAsync(w, async b =>
            Expect(await b.TryApproveAsync(await b.ProposeAsync(r => r with { Requester = b.Person("frank") })), "self_approval"))),
        ("decide.reason_given", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            return Expect(await b.Desk.RejectAsync(Bench.Tenant, proposal.Id, b.Person("frank"), proposal.Hash, "api", " ", default), "missing_reason");
        })),
        ("decide.not_expired", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            b.Time.Advance(TimeSpan.FromHours(25));
            return Expect(await b.TryApproveAsync(proposal), "expired");
        })),
        ("decide.pending_only", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            await b.ExecuteAsync(proposal);
            return Expect(await b.TryApproveAsync(proposal, "fiona"), "already_decided") ?? Effects(b, 1);
        })),
        ("decide.distinct_approver", w => OnAsync(w, async b =>
        {
            var large = await b.ProposeAsync(r => r with { Arguments = Bench.Arguments(amount: "201.00 USD") });
            Bench.Ok(await b.TryApproveAsync(large));
            return Expect(await b.TryApproveAsync(large), "already_decided");
        })),
        ("decide.same_mode", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            return Expect(await b.Desk.ApproveAsync(Bench.Tenant with { Livemode = true }, proposal.Id, b.Person("frank"), proposal.Hash, "api", default), "mode_mismatch");
        })),
        ("decide.as_shown", w => OnAsync(w, async b =>
        {
            var small = await b.ProposeAsync(r => r with { Step = 2, Arguments = Bench.Arguments(amount: "1.00 USD") });
            return Expect(await b.TryApproveAsync((await b.ProposeAsync()) with { Hash = small.Hash }), "hash_mismatch");
        })),
        ("decide.untampered", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            await TamperAsync(b);
            return Expect(await b.TryApproveAsync(proposal), "hash_mismatch");
        })),
        ("decide.policy_unchanged", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            b.PolicyText = b.PolicyText.Replace("200.00", "250.00");
            b.Restart();
            return Expect(await b.TryApproveAsync(proposal), "policy_changed");
        })),
        ("decide.kill_switch", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            await StopAsync(b, KillSwitches.Everything);
            return Expect(await b.TryApproveAsync(proposal), "stopped");
        })),
        ("decide.rollout", w => OnAsync(w, async b =>
        {
            var proposal = await b.ProposeAsync();
            b.RolloutText = "operations: {}";
            b.Restart();
            return Expect(await b.TryApproveAsync(proposal), "read_only");
        })),
        ("decide.standing_terms", w => OnAsync(w, async b =>
        {
            var standing = await SignAsync(b, 5_000);
            var proposal = await b.ProposeAsync();
            var view = await b.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, proposal, default);
            return view is null ? null : $"{standing.Id} approved {view.Amount}, and covers 50.00 USD";
        }, b => b.RolloutText = "operations: { credit_invoice: automated }")),
        ("decide.cap_of_customer", w => SplitAsync(w, "300.00", sameCustomer: true, people: ["frank", "fiona", "ada"])),
        ("decide.cap_of_approver", w => SplitAsync(w, "350.00", sameCustomer: false, people: ["frank"])),
        ("decide.cap_of_day", w => SplitAsync(w, "400.00", sameCustomer: false, people: ["frank", "fiona", "ada"])),

        ("complete.second_approver", w => OnAsync(w, async b =>
            Bench.Ok(await b.TryApproveAsync(await b.ProposeAsync(r => r with { Arguments = Bench.Arguments(amount: "201.00 USD") }))) is { Status: not ProposalStatus.Pending } view
                ? $"one person was enough: it is {view.Status}"
                : null)),

        ("act.batch_role", w => OnAsync(w, async b => Expect(await Lists(b).OpenAsync(Bench.Tenant, (await b.ProposeAsync()).Cause, b.Person("sam"), default), "not_allowed"), b => b.PolicyText = Capped)),
        ("act.batch_one_by_one", w => OnAsync(w, async b => Expect(await Lists(b).OpenAsync(Bench.Tenant, (await b.ProposeAsync()).Cause, b.Person("frank"), default), "batch_not_allowed"))),
        ("act.batch_as_shown", w => OnAsync(w, async b =>
        {
            var list = await Lists(b).OpenAsync(Bench.Tenant, (await b.ProposeAsync()).Cause, b.Person("frank"), default);
            if (!list.TryGet(out var shown, out var refusal))
            {
                return refusal.ToString();
            }

            if (Expect(await SignAsync("0" + shown.Hash[1..] + "0"), "hash_mismatch") is { } fault)
            {
                return fault;
            }

            await using (var db = b.Open())
            {
                await db.Batches.ExecuteUpdateAsync(r => r.SetProperty(x => x.Items, """{"rows":[]}"""));
            }

            return Expect(await SignAsync(""), "hash_mismatch");

            Task<Outcome<IReadOnlyList<BatchResult>>> SignAsync(string hash) => Lists(b).SignAsync(Bench.Tenant, shown.Id, b.Person("frank"), hash, "api", default);
        }, b => b.PolicyText = Capped)),
        ("act.settle_role", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            await b.ExecuteAsync(proposal);
            await using (var db = b.Open())
            {
                await db.Proposals.ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, "needs_reconcile"));
            }

            return Expect(await b.Node.GetRequiredService<ReconcileDesk>().SettleAsync(Bench.Tenant, proposal.Id, b.Person("sam"), happened: false, null, "I saw nothing.", default), "not_allowed");
        })),
        ("act.standing_role", w => OnAsync(w, async b =>
        {
            var terms = new StandingRequest("credit_invoice", null, null, new Money(1_000, "usd"), new Money(2_000, "usd"), 10, b.Time.GetUtcNow().AddDays(10));
            return Expect(await b.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, b.Person("sam"), "cli", default), "not_allowed");
        })),
        ("act.revoke_role", w => OnAsync(w, async b =>
            Expect(await b.Node.GetRequiredService<StandingDesk>().RevokeAsync(Bench.Tenant, (await SignAsync(b, 1_000)).Id, b.Person("fiona"), default), "not_allowed"))),
        ("act.stop_role", w => OnAsync(w, async b => Expect(await SwitchAsync(b, stop: true, "sam"), "not_allowed"))),
        ("act.release_role", w => OnAsync(w, async b =>
        {
            await StopAsync(b, "credit_invoice");
            return Expect(await SwitchAsync(b, stop: false, "frank"), "not_allowed");
        })),

        ("execute.untampered", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            await TamperAsync(b);
            return await EndsAsync(b, proposal, ProposalStatus.Failed);
        })),
        ("execute.same_mode", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            var view = await b.Executor.ExecuteAsync(Bench.Tenant with { Livemode = true }, proposal.Id, default);
            return view.Status == ProposalStatus.Failed ? Effects(b, 0) : $"it ended {view.Status}";
        })),
        ("execute.write_key", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.Far.Unable = new Refusal("no_write_key", "No key.");
            return await EndsAsync(b, proposal, ProposalStatus.Failed);
        })),
        ("execute.policy_unchanged", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.PolicyText = b.PolicyText.Replace("300.00", "301.00");
            b.Restart();
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),
        ("execute.approval_fresh", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),
        ("execute.approvers_hold", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.PeopleText = b.PeopleText.Replace("name: Frank Moreau, roles: [finance]", "name: Frank Moreau, roles: [viewer]");
            b.Restart();
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),
        ("execute.standing_holds", w => OnAsync(w, async b =>
        {
            var standing = await SignAsync(b, 50_000);
            var desk = b.Node.GetRequiredService<StandingDesk>();
            if (await desk.TryApproveAsync(Bench.Tenant, await b.ProposeAsync(), default) is not { } proposal)
            {
                return "the standing approval did not approve";
            }

            await desk.RevokeAsync(Bench.Tenant, standing.Id, b.Person("frank"), default);
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        }, b => b.RolloutText = "operations: { credit_invoice: automated }")),
        ("execute.breaker_closed", w => OnAsync(w, async b =>
        {
            await SignAsync(b, 50_000);
            if (await b.Node.GetRequiredService<StandingDesk>().TryApproveAsync(Bench.Tenant, await b.ProposeAsync(r => r with { NotBefore = b.Time.GetUtcNow().AddDays(1) }), default) is not { } proposal)
            {
                return "the standing approval did not approve";
            }

            b.Far.Remaining["in_2"] = 50_000;
            var other = await b.ApprovedAsync(r => r with { Step = 2, Arguments = Bench.Arguments("in_2", "1.00 USD") });
            b.Far.Before = _ => Task.FromResult(b.Far.Remaining["in_2"] = 0);
            await b.ExecuteAsync(other);
            b.Time.Advance(TimeSpan.FromDays(1));
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        }, b => b.RolloutText = "operations: { credit_invoice: automated }\nbreaker: { failures: 1, look_hours: 48 }")),
        ("execute.kill_switch", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            await StopAsync(b, "credit_invoice");
            return await EndsAsync(b, proposal, ProposalStatus.Stale) ?? await NotBegunAsync(b);
        })),
        ("execute.rollout", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.RolloutText = "operations: {}";
            b.Restart();
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),
        ("execute.state_unmoved", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.Far.Remaining["in_1"] = 40_000;
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),

        ("leave.kill_switch", w => OnAsync(w, async b =>
        {
            var proposal = await b.ApprovedAsync();
            b.Far.Preparing = () => StopAsync(b, "credit_invoice");
            return await EndsAsync(b, proposal, ProposalStatus.Stale);
        })),
        ("leave.lease_held", w => OnAsync(w, async b =>
        {
            // While the first node is slow its lease runs out, and another node does the work.
            var proposal = await b.ApprovedAsync();
            var (slow, other) = (b.Executor, b.Restart());
            b.Far.Preparing = async () =>
            {
                b.Far.Preparing = () => Task.CompletedTask;
                await using (var db = b.Open())
                {
                    await db.Executions.ExecuteUpdateAsync(e => e.SetProperty(r => r.LeaseUntil, DateTimeOffset.UnixEpoch));
                }

                await other.GetRequiredService<ProposalExecutor>().RecoverAsync(Bench.Tenant, default);
            };
            var view = await slow.ExecuteAsync(Bench.Tenant, proposal.Id, default);
            return view.Status != ProposalStatus.Executed ? $"it ended {view.Status}" : b.Far.Sent.Count == 1 ? Effects(b, 1) : $"{b.Far.Sent.Count} calls left";
        })),
    ];

    /// <summary>Runs on a bench of its own. That it breaks in another way than by a refusal is a fault too.</summary>
    private static async Task<string?> OnAsync(string? without, Func<Bench, Task<string?>> attack, Action<Bench>? prepare = null)
    {
        using var bench = await Bench.StartAsync(b =>
        {
            b.Without = without;
            prepare?.Invoke(b);
        });
        try
        {
            return await attack(bench);
        }
        catch (Exception e) when (e is InvalidOperationException or DbUpdateException or Shouldly.ShouldAssertException)
        {
            return e.Message;
        }
    }

    private static async Task<string?> EndsAsync(Bench bench, ProposalView proposal, ProposalStatus expected)
    {
        var view = await bench.ExecuteAsync(proposal);
        return view.Status == expected ? Effects(bench, 0) : $"it ended {view.Status}, not {expected}";
    }

    private static async Task<string?> NotBegunAsync(Bench bench)
    {
        await using var db = bench.Open();
        return await db.Executions.AnyAsync(e => e.Attempts > 0) ? "it was begun" : null;
    }

    private static string? Effects(Bench bench, int expected) => bench.Far.Effects.Count == expected ? null : $"{bench.Far.Effects.Count} effects";

    private static string? Expect<T>(Outcome<T> outcome, string code) => outcome.TryGet(out _, out var refusal) ? $"not refused as {code}"
        : refusal.Code == code ? null : $"refused as {refusal.Code}, not {code}";

    private static BatchDesk Lists(Bench bench) => bench.Node.GetRequiredService<BatchDesk>();

    private static Task<Outcome<ProposalView>> DecideAsync(Bench bench, ProposalView proposal, Person person) =>
        bench.Desk.ApproveAsync(Bench.Tenant, proposal.Id, person, proposal.Hash, "api", default);

    private static Task<Outcome<KillSwitchView>> StopAsync(Bench bench, string name) => SwitchAsync(bench, stop: true, "ada", name);

    private static Task<Outcome<KillSwitchView>> SwitchAsync(Bench bench, bool stop, string person, string name = "credit_invoice") =>
        bench.Node.GetRequiredService<KillSwitches>().SetAsync(Bench.Tenant, name, stop, bench.Person(person), "Drill.", default);

    private static async Task<StandingApproval> SignAsync(Bench bench, long perUse)
    {
        var terms = new StandingRequest("credit_invoice", null, null, new Money(perUse, "usd"), new Money(100_000, "usd"), 10, bench.Time.GetUtcNow().AddDays(10));
        var signed = await bench.Node.GetRequiredService<StandingDesk>().SignAsync(Bench.Tenant, terms, bench.Person("frank"), "cli", default);
        return signed.TryGet(out var standing, out var refusal) ? standing : throw new InvalidOperationException(refusal.ToString());
    }

    /// <summary>An amount in parts, all at once, or one a day that all wait for the same hour.</summary>
    private static async Task<string?> SplitAsync(string? without, string cap, bool sameCustomer, string[] people) =>
        await OnAsync(without, b => SplitAsync(b, cap, sameCustomer, people, waits: false), b => b.PolicyText = Capped)
        ?? await OnAsync(without, b => SplitAsync(b, cap, sameCustomer, people, waits: true), b => b.PolicyText = Capped);

    /// <summary>Parts of 100.00 until one is refused; all that was let together must stay within the cap.</summary>
    private static async Task<string?> SplitAsync(Bench bench, string cap, bool sameCustomer, string[] people, bool waits)
    {
        var hour = bench.Time.GetUtcNow().AddDays(20);
        long let = 0;
        for (var i = 0; i < 6; i++)
        {
            var invoice = $"in_{10 + i}";
            bench.Far.Remaining[invoice] = 50_000;
            bench.Far.CustomerOf[invoice] = sameCustomer ? "cus_1" : $"cus_{10 + i}";
            var part = await bench.ProposeAsync(r => r with { Step = 10 + i, Arguments = Bench.Arguments(invoice, "100.00 USD"), NotBefore = waits ? hour : null });
            foreach (var person in people)
            {
                if (await bench.TryApproveAsync(part, person) is Outcome<ProposalView>.Ok { Value.Status: ProposalStatus.Approved })
                {
                    let += 10_000;
                    break;
                }
            }

            if (waits)
            {
                bench.Time.Advance(TimeSpan.FromHours(25));
            }
        }

        return let <= Money.Parse(cap, "usd").Map(m => m.AmountMinor) switch { Outcome<long>.Ok ok => ok.Value, _ => 0 } ? null : $"{let} was let, over the cap of {cap}";
    }

    private static async Task TamperAsync(Bench bench)
    {
        await using var db = bench.Open();
        await db.Proposals.ExecuteUpdateAsync(p => p.SetProperty(r => r.Arguments, """{"amount":{"amount":49999,"currency":"usd"},"invoice":"in_1"}"""));
    }

    private static JsonObject WithMemo(string memo)
    {
        var arguments = Bench.Arguments();
        arguments["memo"] = memo;
        return arguments;
    }
}

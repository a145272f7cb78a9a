using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class AuditLogTests
{
    [Fact]
    public async Task Append_ManyAtOnce_MakesOneChainWithoutGaps()
    {
        using var bench = await Bench.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => AppendAsync(bench, i))));

        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).ShouldSatisfyAllConditions(v => v.Whole.ShouldBeTrue(), v => v.Count.ShouldBe(40), v => v.Head!.Seq.ShouldBe(40));
        (await bench.Audit.ReadAsync(Bench.Tenant, 10, 5, default)).Select(e => e.Seq).ShouldBe([11, 12, 13, 14, 15]);
    }

    [Theory]
    [InlineData("UPDATE audit SET details = '{\"n\":9}' WHERE seq = 2", 2, "content was changed")]
    [InlineData("UPDATE audit SET actor = 'mallory' WHERE seq = 3", 3, "content was changed")]
    [InlineData("UPDATE audit SET at = at + 1 WHERE seq = 1", 1, "content was changed")]
    [InlineData("DELETE FROM audit WHERE seq = 2", 2, "missing")]
    [InlineData("DELETE FROM audit WHERE seq = 4", 4, "the head that was kept is 4")]
    [InlineData("UPDATE audit SET previous_hash = 'x' WHERE seq = 4", 4, "does not follow")]
    [InlineData("UPDATE audit SET seq = -2 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = -2", 2, "does not follow")]
    public async Task Verify_TamperedWith_NamesTheFirstBadEntry(string sql, long seq, string why)
    {
        using var bench = await Bench.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            await AppendAsync(bench, i);
        }

        var head = (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Head;
        await using var db = bench.Open();
        await db.Database.ExecuteSqlAsync($"DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete;");
        var tamper = sql.Replace("{", "{{").Replace("}", "}}");
        await db.Database.ExecuteSqlRawAsync(tamper);

        var verdict = await bench.Audit.VerifyAsync(Bench.Tenant, default, head);

        (verdict.Whole, verdict.BadSeq).ShouldBe((false, seq));
        verdict.Why!.ShouldContain(why);
    }

    /// <summary>Whoever changes an entry can hash it anew, but not what the entries after it say of it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Verify_ChangedAndHashedAnew_NamesTheChangedEntry(long seq)
    {
        using var bench = await Bench.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            await AppendAsync(bench, i);
        }

        await using (var db = bench.Open())
        {
            await db.Database.ExecuteSqlAsync($"DROP TRIGGER audit_refuses_update");
            var row = await db.Audit.SingleAsync(a => a.Seq == seq);
            var before = seq == 1 ? null : await db.Audit.SingleAsync(a => a.Seq == seq - 1);
            var forged = AuditChain.Link(row.TenantId, row.Node, before, row.At, new AuditEntry(row.Kind, row.Actor, row.Subject, new JsonObject { ["n"] = 99 }));
            await db.Audit.Where(a => a.Seq == seq).ExecuteUpdateAsync(a => a.SetProperty(r => r.Details, forged.Details).SetProperty(r => r.Hash, forged.Hash));
        }

        var verdict = await bench.Audit.VerifyAsync(Bench.Tenant, default);

        (verdict.Whole, verdict.BadSeq).ShouldBe((false, seq));
        verdict.Why!.ShouldContain("hashed anew");
    }

    /// <summary>
    /// Eight entries, of which somebody who can hash changes some. Whoever is named is the forged one, and where only the
    /// two last can speak against each other, both are.
    /// </summary>
    [Theory]
    [InlineData("content of 5", 0, 5, "hashed anew: entry 6 follows another")]
    [InlineData("previous of 6", 0, 6, "does not follow")]
    [InlineData("previous of 6", 5, 6, "does not follow")]
    [InlineData("previous of 8", 0, 7, "it or entry 8 was changed")]
    [InlineData("previous of 8", 7, 8, "does not follow")]
    [InlineData("previous of 8", 8, 8, "does not follow")]
    [InlineData("content of 7", 0, 7, "it or entry 8 was changed")]
    [InlineData("content of 7", 8, 7, "hashed anew: entry 8 follows another")]
    [InlineData("5 deleted, the rest renumbered", 0, 5, "does not follow")]
    [InlineData("5 deleted, the rest renumbered and hashed anew", 0, 5, "does not follow")]
    [InlineData("5 deleted, the rest renumbered and chained anew", 6, 6, "differs from the head that was kept")]
    public async Task Verify_Forged_BlamesNoInnocentEntry(string forgery, int anchored, int seq, string why)
    {
        using var bench = await Bench.StartAsync();
        for (var i = 0; i < 8; i++)
        {
            await AppendAsync(bench, i);
        }

        var rows = (await bench.Audit.ReadAsync(Bench.Tenant, 0, 10, default)).ToList();
        var kept = anchored == 0 ? null : new AuditHead(anchored, rows[anchored - 1].Hash);
        await WriteAsync(bench, Forged(rows, forgery));

        var verdict = await bench.Audit.VerifyAsync(Bench.Tenant, default, kept);

        (verdict.Whole, verdict.BadSeq).ShouldBe((false, seq));
        verdict.Why!.ShouldContain(why);
    }

    [Fact]
    public async Task Append_RolledBack_LeavesNoEntry()
    {
        using var bench = await Bench.StartAsync();
        await using (var db = bench.Open())
        await using (await db.BeginAsync(default))
        {
            await bench.Audit.AppendAsync(db, Entry(1), default);
            await bench.Audit.AppendAsync(db, Entry(2), default);
        }

        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Count.ShouldBe(0);
    }

    [Fact]
    public async Task Append_TwoTenants_HaveTwoChains()
    {
        using var bench = await Bench.StartAsync();
        await AppendAsync(bench, 1);

        (await bench.Audit.AppendAsync(Bench.OtherTenant, Entry(1), default)).Seq.ShouldBe(1);
    }

    private static Task<AuditRow> AppendAsync(Bench bench, int n) => bench.Audit.AppendAsync(Bench.Tenant, Entry(n), default);

    private static List<AuditRow> Forged(List<AuditRow> rows, string forgery)
    {
        const string elsewhere = "1111111111111111111111111111111111111111111111111111111111111111";
        switch (forgery.Split(' '))
        {
            case ["content", "of", var at] when int.Parse(at, CultureInfo.InvariantCulture) is var seq:
                rows[seq - 1].Details = """{"n":99}""";
                rows[seq - 1] = HashedAnew(rows[seq - 1], seq, rows[seq - 1].PreviousHash);
                break;
            case ["previous", "of", var at] when int.Parse(at, CultureInfo.InvariantCulture) is var seq:
                rows[seq - 1] = HashedAnew(rows[seq - 1], seq, elsewhere);
                break;
            default:
                rows.RemoveAt(4);
                for (var i = 4; i < rows.Count; i++)
                {
                    rows[i].Seq = i + 1;
                    rows[i] = !forgery.EndsWith("anew", StringComparison.Ordinal) ? rows[i]
                        : HashedAnew(rows[i], i + 1, forgery.Contains("chained", StringComparison.Ordinal) ? rows[i - 1].Hash : rows[i].PreviousHash);
                }

                break;
        }

        return rows;
    }

    private static AuditRow HashedAnew(AuditRow row, long seq, string previous)
    {
        var before = new AuditRow { TenantId = row.TenantId, Node = row.Node, Seq = seq - 1, At = row.At, Kind = "", Actor = "", Subject = "", Details = "{}", PreviousHash = "", Hash = previous };
        return AuditChain.Link(row.TenantId, row.Node, before, row.At, new AuditEntry(row.Kind, row.Actor, row.Subject, JsonNode.Parse(row.Details)!.AsObject()));
    }

    private static async Task WriteAsync(Bench bench, List<AuditRow> rows)
    {
        await using var db = bench.Open();
        await db.Database.ExecuteSqlAsync($"DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete;");
        await db.Audit.ExecuteDeleteAsync();
        db.Audit.AddRange(rows);
        await db.SaveChangesAsync();
    }

    private static AuditEntry Entry(int n) => new("test.happened", "frank", "prop_1", new JsonObject { ["n"] = n });
}

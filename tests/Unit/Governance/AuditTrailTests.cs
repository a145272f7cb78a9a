using System.Text.Json.Nodes;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Anchors outside the database, chains a node, words under a key a subject.</summary>
public sealed class AuditTrailTests
{
    [Fact]
    public async Task Execute_AnchorsTheHeadBeforeTheCall()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var proposal = await bench.ApprovedAsync();
        var anchored = 0L;
        bench.Far.Before = async _ => anchored = (long)JsonNode.Parse((await File.ReadAllLinesAsync(Anchors(bench)))[^1])!["seq"]!;

        await bench.ExecuteAsync(proposal);

        anchored.ShouldBe((await bench.Audit.ReadAboutAsync(Bench.Tenant, proposal.Id, default)).Single(e => e.Kind == "execution.started").Seq);
    }

    [Theory]
    [InlineData("DELETE FROM audit WHERE seq > 2", "entry 3")]
    [InlineData("UPDATE audit SET actor = 'mallory' WHERE seq = 2", "entry 2")]
    public async Task Verify_CutOrChangedBehindTheAnchor_IsFound(string sql, string where)
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await AnchoredAsync(bench, 4);
        await SqlAsync(bench, sql);

        var report = await VerifyAsync(bench);

        report.Whole.ShouldBeFalse();
        $"entry {report.Chains.ShouldHaveSingleItem().Result.BadSeq}".ShouldBe(where);
    }

    [Fact]
    public async Task Verify_WholeChainWrittenAnew_IsFoundByItsAnchor()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await AnchoredAsync(bench, 3);
        await SqlAsync(bench, "DELETE FROM audit");
        for (var i = 0; i < 5; i++)
        {
            await bench.Audit.AppendAsync(Bench.Tenant, new AuditEntry("test.other", "mallory", "x", new JsonObject()), default);
        }

        (await bench.Audit.VerifyAsync(Bench.Tenant, default)).Whole.ShouldBeTrue("by itself it looks whole");
        var found = (await VerifyAsync(bench)).Chains.ShouldHaveSingleItem().Result;
        (found.BadSeq, found.Why).ShouldBe((3, "it differs from the head that was kept"));
    }

    [Fact]
    public async Task Verify_ForgedAnchor_IsNamed()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await AnchoredAsync(bench, 3);
        var line = (await File.ReadAllLinesAsync(Anchors(bench)))[0];
        await File.AppendAllTextAsync(Anchors(bench), line.Replace("\"seq\":3", "\"seq\":2", StringComparison.Ordinal) + "\n");

        var report = await VerifyAsync(bench);

        report.Whole.ShouldBeFalse();
        report.AnchorFault.ShouldBe("line 2 of the anchor file is not signed with this installation's key");
    }

    [Fact]
    public async Task Verify_WithoutAnchors_SaysWhatItCantSee()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await bench.ProposeAsync();
        (await VerifyAsync(bench)).Unseen.ShouldHaveSingleItem().ShouldContain("no anchor file");
        await bench.Node.GetRequiredService<AuditAnchors>().AnchorAsync(Bench.Tenant, default);
        (await VerifyAsync(bench)).Unseen.ShouldBeEmpty();
        await bench.ProposeAsync(r => r with { Step = 2 });

        (await VerifyAsync(bench)).Unseen.ShouldHaveSingleItem().ShouldStartWith("Entries 2 to 2 of node main are newer");
    }

    [Fact]
    public async Task Append_TwoNodes_HaveAChainEach()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await bench.ProposeAsync();
        bench.Log = new AuditOptions { Node = "west", KeyFolder = bench.Log.KeyFolder };
        bench.Restart();
        await bench.ProposeAsync(r => r with { Step = 2 });
        await bench.ProposeAsync(r => r with { Step = 3 });

        (await VerifyAsync(bench)).Chains.Select(c => (c.Node, c.Result.Whole, c.Result.Count)).ShouldBe([("main", true, 1), ("west", true, 2)]);
        await SqlAsync(bench, "UPDATE audit SET node = 'main', seq = 2 WHERE node = 'west' AND seq = 1");
        (await VerifyAsync(bench)).Whole.ShouldBeFalse("an entry moved to another chain does not fit there");
    }

    [Fact]
    public async Task Append_WhatMustNeverBeThere_IsTakenOut()
    {
        using var bench = await Bench.StartAsync();
        var secret = "sk_" + "live_abcdefgh12345678";
        var details = new JsonObject { ["a"] = $"card 4242 4242 4242 4242, key {secret}", ["b"] = new JsonArray("kim@example.com", "https://pay.example/x"), ["amount"] = 4242424242424242 };

        var row = await bench.Audit.AppendAsync(Bench.Tenant, new AuditEntry("test", "kim@example.com", "x", details), default);

        row.Details.ShouldBe("""{"a":"card [card], key [secret]","amount":4242424242424242,"b":["[mail]","[link]"]}""");
        row.Actor.ShouldBe("[mail]");
    }

    [Fact]
    public async Task Contents_AreEncrypted_AndGoneWithAnySubjectsKey()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var contents = bench.Node.GetRequiredService<AuditContents>();
        var (both, _) = (await contents.StoreAsync(Bench.Tenant, ["cus_1", "cus_2"], "Acme asked why.", default))!.Value;
        var (one, _) = (await contents.StoreAsync(Bench.Tenant, ["cus_2"], "Beta asked why.", default))!.Value;
        (await contents.ReadAsync(Bench.Tenant, both, default)).ShouldBe("Acme asked why.");
        await using (var db = bench.Open())
        {
            (await db.AuditContents.ToListAsync()).ShouldAllBe(c => !c.Cipher.Contains("Acme", StringComparison.Ordinal));
        }

        await bench.Node.GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, "cus_1", bench.Person("ada"), default);

        (await contents.ReadAsync(Bench.Tenant, both, default)).ShouldBeNull();
        (await contents.ReadAsync(Bench.Tenant, one, default)).ShouldBe("Beta asked why.");
        (await VerifyAsync(bench)).Whole.ShouldBeTrue();
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, "subject", default)).ShouldHaveSingleItem().Details.ShouldNotContain("cus_1");
    }

    [Fact]
    public async Task Contents_AnotherInstallationsKeys_ReadNothing()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var (id, _) = (await bench.Node.GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, ["cus_1"], "Words.", default))!.Value;
        bench.Log = new AuditOptions { KeyFolder = Path.Combine(bench.Folder, "other") };
        bench.Restart();

        (await bench.Node.GetRequiredService<AuditContents>().ReadAsync(Bench.Tenant, id, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Prune_TooOld_GoesAndTheChainStaysWhole()
    {
        using var bench = await Bench.StartAsync(b => b.Log = new AuditOptions { KeyFolder = Path.Combine(b.Folder, "keys"), ContentDays = 30 });
        var contents = bench.Node.GetRequiredService<AuditContents>();
        var (old, _) = (await contents.StoreAsync(Bench.Tenant, ["cus_1"], "Old.", default))!.Value;
        bench.Time.Advance(TimeSpan.FromDays(31));
        var (young, _) = (await contents.StoreAsync(Bench.Tenant, ["cus_1"], "Young.", default))!.Value;

        (await contents.PruneAsync(Bench.Tenant, bench.Person("ada"), default)).ShouldBe(1);

        (await contents.ReadAsync(Bench.Tenant, old, default)).ShouldBeNull();
        (await contents.ReadAsync(Bench.Tenant, young, default)).ShouldBe("Young.");
        (await VerifyAsync(bench)).Whole.ShouldBeTrue();
        (await contents.PruneAsync(Bench.Tenant, null, default)).ShouldBe(0);
        (await bench.Audit.ReadAboutAsync(Bench.Tenant, "contents", default)).ShouldHaveSingleItem().Actor.ShouldBe("ada");
    }

    [Fact]
    public async Task Keys_AreForTheirOwnerOnly()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await AnchoredAsync(bench, 1);
        await bench.Node.GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, ["cus_1"], "Words.", default);

        foreach (var key in Directory.GetFiles(bench.Log.KeyFolder!).Where(f => !f.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, key);
            }
        }
    }

    private static void WithKeys(Bench bench) => bench.Log = new AuditOptions { KeyFolder = Path.Combine(bench.Folder, "keys") };

    private static string Anchors(Bench bench) => Path.Combine(bench.Log.KeyFolder!, "audit-anchors.jsonl");

    private static Task<AuditReport> VerifyAsync(Bench bench) => bench.Node.GetRequiredService<AuditVerifier>().VerifyAsync(Bench.Tenant, default);

    private static async Task AnchoredAsync(Bench bench, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            await bench.Audit.AppendAsync(Bench.Tenant, new AuditEntry("test.happened", "frank", "x", new JsonObject { ["n"] = i }), default);
        }

        await bench.Node.GetRequiredService<AuditAnchors>().AnchorAsync(Bench.Tenant, default);
    }

    private static async Task SqlAsync(Bench bench, string sql)
    {
        await using var db = bench.Open();
        await db.Database.ExecuteSqlAsync($"DROP TRIGGER IF EXISTS audit_refuses_update; DROP TRIGGER IF EXISTS audit_refuses_delete;");
        await db.Database.ExecuteSqlRawAsync(sql);
    }
}

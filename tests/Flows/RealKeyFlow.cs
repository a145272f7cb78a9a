using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Microsoft.AspNetCore.DataProtection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>With a key that is not the sandbox's nothing of the first minute's comfort may be left.</summary>
public sealed class RealKeyFlow : IAsyncLifetime
{
    private const string ReadKey = "rk_test_ordinary_read_000000000000";
    private readonly string _folder = Directory.CreateTempSubdirectory("billingcopilot-real-").FullName;
    private SandboxServer? _stripe;

    public async Task InitializeAsync() => _stripe = await SandboxServer.StartAsync(
        new SandboxOptions { ExtraKeys = [new SandboxKey("ordinary", ReadKey, new HashSet<string> { "*_read" })] }, TimeProvider.System);

    public async Task DisposeAsync()
    {
        await _stripe!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task WithoutSignIn_NobodyIsLocal_AndDecidingIs403()
    {
        await using var host = await StartAsync(Settings());
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-frank");

        using var decision = await http.PostAsJsonAsync("/api/proposals/prop_x/decision", new { decision = "approve", hash = "x" });
        using var form = new FormUrlEncodedContent([new("person", "frank")]);
        using var picker = await http.PostAsync("/auth/local", form);

        decision.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        ((string?)(await decision.JsonAsync())["error"]!["code"]).ShouldBe("no_sign_in");
        picker.IsSuccessStatusCode.ShouldBeFalse();
        (await http.GetStringAsync("/")).ShouldNotContain("/auth/local");
    }

    [Fact]
    public async Task WithAToken_ReadingWorks_AndNothingCanBeProposed()
    {
        var settings = Settings();
        settings.Auth.Tokens["sam"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sams-token")));
        settings.Policy.Path = PolicyFolder();
        await using var host = await StartAsync(settings);
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sams-token");
        var name = (string)_stripe!.World.Truth["double_charges"]![0]!["customer_name"]!;

        var answer = await http.AskAsync($"{name} says they were charged twice in October.");

        answer["tools"]!.AsArray().ShouldNotBeEmpty();
        answer["proposals"]!.AsArray().ShouldBeEmpty();
    }

    /// <summary>The shipped profile for the first weeks, with the form of key that it is for.</summary>
    [Fact]
    public async Task Pilot_OneWorkflowStarts_AndNothingButItsSummaryCanBeProposed()
    {
        var settings = Settings();
        settings.Auth.Tokens["sam"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sams-token")));
        settings.Policy.Path = PolicyFolder();
        settings.Policy.Profile = "pilot";
        await using var host = await StartAsync(settings);
        using var stripe = new SandboxView(settings.Stripe.ApiBase);
        var endpoint = await stripe.PostAsync("/v1/webhook_endpoints", new Dictionary<string, string> { ["url"] = new Uri(host.Address, "/webhooks/stripe").ToString(), ["enabled_events[0]"] = "*" }, default);
        settings.Stripe.WebhookSecrets = [(string)endpoint["secret"]!];
        var truth = await stripe.TruthAsync(default);
        var rise = truth["invoice_increases"]!.AsArray().First(n => (string?)n!["status"] == "open")!;

        async Task<TurnAnswer?> AfterAsync(string type, JsonNode planted) =>
            await EventTask.WaitAsync(host.Services, host.Tenants.Default.Context, (string)(await stripe.EmitAsync(type, (string)planted["invoice"]!, default))["id"]!, default);
        var summary = await AfterAsync("invoice.finalized", rise);
        var failed = await AfterAsync("invoice.payment_failed", truth["failed_invoices"]![0]!);

        host.Tenants.Default.IsSandbox.ShouldBeFalse();
        summary.ShouldNotBeNull().Text.ShouldContain((string)rise["invoice_number"]!);
        failed.ShouldBeNull("no other playbook starts");
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sams-token");
        (await http.AskAsync($"{truth["double_charges"]![0]!["customer_name"]} says they were charged twice in October. Refund it."))["proposals"]!.AsArray().ShouldBeEmpty();
        JsonNode.Parse(await http.GetStringAsync("/api/rollout"))!["operations"]!.AsArray().Where(o => (string?)o!["phase"] != "read_only")
            .Select(o => ((string?)o!["operation"], (string?)o["phase"])).Order().ShouldBe([("send_invoice_summary", "assisted"), ("write_invoice_summary", "assisted")]);
        var proposed = JsonNode.Parse(await http.GetStringAsync("/api/proposals"))!["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)proposed["operation"], (string?)proposed["status"], (string?)proposed["id"]).ShouldBe(("send_invoice_summary", "pending", summary.Proposals.ShouldHaveSingleItem().Id));
        Directory.Exists(settings.Mail.Outbox).ShouldBeFalse("no mail was written");
    }

    [Theory]
    [InlineData("sk_test_anything", null, "secret key")]
    [InlineData("rk_test_a", "rk_live_b", "one mode")]
    [InlineData("rk_test_a", "rk_test_a", "key of its own")]
    public async Task UnfitKeys_StopTheStart(string read, string? write, string fault)
    {
        var error = await Should.ThrowAsync<SettingsException>(() => Task.FromResult(SettingsLoader.Load(
            new Dictionary<string, string?> { ["Stripe:ReadKey"] = read, ["Stripe:WriteKey"] = write })));

        error.Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("policy.yaml", "operations:", "operations:\n  issue_refunds: { propose: [support], approve: [admin], self_approval: false, expiry: 24h }", "unknown operation 'issue_refunds'")]
    [InlineData("policy.yaml", "self_approval: false", "self_approvals: false", "unknown key 'self_approvals'")]
    [InlineData("policy.yaml", "  send_dunning_email:", null, "no policy for ")]
    [InlineData("policy.yaml", "[support, operations, finance, admin]", "[support, boss]", "unknown role 'boss'")]
    [InlineData("people.yaml", "roles: [support]", "roles: [king]", "unknown role 'king'")]
    [InlineData("rollout.yaml", "issue_refund: read_only", "issue_refund: sometimes", "unknown phase 'sometimes'")]
    public async Task UnfitPolicyFile_StopsTheStartAndNamesFileAndLine(string file, string right, string? wrong, string fault)
    {
        var settings = Settings();
        settings.Policy.Path = PolicyFolder();
        var path = Path.Combine(settings.Policy.Path, file);
        var text = await File.ReadAllTextAsync(path);
        text.ShouldContain(right);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, wrong is null ? text[..at] : text[..at] + wrong + text[(at + right.Length)..]);

        var error = await Should.ThrowAsync<SettingsException>(() => StartAsync(settings));

        error.Message.ShouldContain(file + ":");
        error.Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("Auth:RingKey", "c2hvcnQ=", "32 bytes")]
    [InlineData("Metrics:Token", "secret", "SHA-256")]
    public void UnfitSecret_StopsTheStartAndSaysHowToMakeOne(string key, string value, string fault) =>
        Should.Throw<SettingsException>(() => SettingsLoader.Load(new Dictionary<string, string?> { [key] = value })).Message.ShouldContain(fault);

    [Fact]
    public async Task Metrics_WithARealKey_AreForTheTokenAlone()
    {
        var (open, closed) = (Settings(), Settings());
        open.Metrics.Token = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("scraper"u8));
        await using (var host = await StartAsync(closed))
        {
            using var local = new HttpClient { BaseAddress = host.Address };
            (await local.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.NotFound, "a proxy on this machine would look local too");
        }

        await using var second = await StartAsync(open);
        using var http = new HttpClient { BaseAddress = second.Address };
        (await http.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "scraper");
        (await http.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task KeyRing_WithARingKey_IsStoredEncryptedAndServesTheNextStart()
    {
        var settings = Settings();
        settings.Auth.RingKey = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData("ring"u8));
        string made;
        await using (var host = await StartAsync(settings))
        {
            made = host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("cookie");
        }

        var stored = string.Concat(Directory.GetFiles(settings.Auth.Keys, "key-*.xml").Select(File.ReadAllText));
        stored.ShouldContain("RingDecryptor");
        stored.ShouldNotContain("masterKey");
        await using var again = await StartAsync(settings);
        again.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Unprotect(made).ShouldBe("cookie");
    }

    [Theory]
    [InlineData("Stripe:RaedKey", "RaedKey")]
    [InlineData("Govrenance:Path", "Govrenance")]
    [InlineData("Tasks:LeaseSeconds", "LeaseSeconds")]
    public void UnknownOrUnfitSetting_StopsTheStartAndNamesIt(string key, string named)
    {
        var error = Should.Throw<SettingsException>(() => SettingsLoader.Load(new Dictionary<string, string?> { [key] = "0" }));

        error.Message.ShouldContain(named);
    }

    private CopilotSettings Settings() => new()
    {
        Urls = "http://127.0.0.1:0",
        Stripe = { ReadKey = ReadKey, ApiBase = _stripe!.BaseAddress.ToString().TrimEnd('/') },
        Database = { Path = Path.Combine(_folder, "copilot.db") },
        Memory = { Path = Path.Combine(_folder, "memory.db") },
        Mail = { Outbox = Path.Combine(_folder, "outbox") },
        Auth = { Keys = Path.Combine(_folder, "keys") },
    };

    /// <summary>People of one's own, the shipped policy, and no phase above read_only.</summary>
    private string PolicyFolder()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "Defaults");
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "policy")).FullName;
        File.Copy(Path.Combine(shipped, "people.yaml"), Path.Combine(folder, "people.yaml"));
        File.Copy(Path.Combine(shipped, "policy.yaml"), Path.Combine(folder, "policy.yaml"));
        File.WriteAllText(Path.Combine(folder, "rollout.yaml"), File.ReadAllText(Path.Combine(shipped, "rollout.yaml")).Replace("assisted", "read_only", StringComparison.Ordinal));
        return folder;
    }

    private static Task<CopilotHost> StartAsync(CopilotSettings settings) =>
        CopilotHost.StartAsync(settings, new HostShape(Listen: true, Keep: false, Quiet: true), TimeProvider.System, CancellationToken.None);
}

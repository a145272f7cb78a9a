using BillingCopilot.Governance;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class ConfigurationTests
{
    private static readonly OperationCatalog Catalog = new([CreditInvoice.Descriptor, MailCredit.Descriptor]);

    private static readonly OperationCatalog Shipped = new(
        new[] { "issue_credit_note", "issue_refund", "void_credit_note", "cancel_subscription_now", "cancel_subscription_prorated", "give_courtesy_credit", "submit_dispute_evidence", "accept_dispute", "downgrade_now", "apply_coupon_once", "take_back_courtesy_credit", "take_back_coupon" }
            .Select(n => new OperationDescriptor(n, "", typeof(CreditArguments), Risk.Money) { NeedsLimit = n == "give_courtesy_credit", HasSmall = n == "accept_dispute", HasContest = n == "submit_dispute_evidence", HasWindow = n == "issue_refund" })
        .Concat(new[] { "post_internal_note", "write_invoice_summary", "send_invoice_summary", "send_dunning_email", "cancel_subscription_at_period_end", "reactivate_subscription", "downgrade_at_period_end", "keep_plan", "resend_invoice", "send_portal_link", "update_billing_details", "add_tax_id", "remove_tax_id" }.Select(n => new OperationDescriptor(n, "", typeof(CreditArguments), Risk.Notify))));

    [Theory]
    [InlineData("expiry: 24h", "expiry: soon", "policy.yaml:6", "30m, 24h, 3d")]
    [InlineData("expiry: 24h", "expires: 24h", "policy.yaml:6", "Allowed: propose, approve, self_approval, expiry, second_approver_above, caps")]
    [InlineData("[finance, admin]", "[finance, boss]", "policy.yaml:4", "unknown role 'boss'. Allowed: viewer, support, operations, finance, admin.")]
    [InlineData("approve: [finance, admin]", "approve: [automation]", "policy.yaml:4", "unknown role 'automation'")]
    [InlineData("approve: [finance, admin]", "approve: []", "policy.yaml:4", "names nobody")]
    [InlineData("self_approval: false", "self_approval: maybe", "policy.yaml:5", "true or false")]
    [InlineData("mail_credit:", "mail_credits:", "policy.yaml:10", "unknown operation 'mail_credits'. Allowed: credit_invoice, mail_credit.")]
    [InlineData("usd: \"200.00\"", "usd: \"200.005\"", "policy.yaml:7", "is no amount")]
    [InlineData("per_customer_per_day", "per_customer_per_week", "policy.yaml:9", "Allowed: per_customer_per_day")]
    [InlineData("expiry: 30m", "expiry: 30m\n    batch_rows: 1", "policy.yaml:15", "from 2 to 200")]
    [InlineData("expiry: 30m", "expiry: 30m\n    small_below: { usd: \"30.00\" }", "policy.yaml:15", "knows no 'small_below'")]
    [InlineData("expiry: 30m", "expiry: 30m\n    contest: { business_days_before: 3 }", "policy.yaml:15", "knows no 'contest'")]
    [InlineData("expiry: 30m", "expiry: 30m\n    window_days: { duplicate: 120 }", "policy.yaml:15", "knows no 'window_days'")]
    [InlineData("operations:", "operation:", "policy.yaml:1", "unknown key 'operation'")]
    public void ReadPolicy_Fault_SaysFileLineAndWhatIsAllowed(string right, string wrong, string where, string says)
    {
        var text = Bench.Policy[..Bench.Policy.IndexOf(right, StringComparison.Ordinal)] + wrong + Bench.Policy[(Bench.Policy.IndexOf(right, StringComparison.Ordinal) + right.Length)..];

        var fault = Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(ConfigFile.Parse("policy.yaml", text), Catalog));

        fault.Message.ShouldStartWith(where + ": ");
        fault.Message.ShouldContain(says);
    }

    [Fact]
    public void ReadPolicy_ListsOfForms_StopTheStart()
    {
        var catalog = new OperationCatalog([CreditInvoice.Descriptor, MailCredit.Descriptor with { FilledByPeople = true }]);

        var fault = Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(ConfigFile.Parse("policy.yaml", Bench.Policy + "\n    batch_rows: 10"), catalog));

        fault.Message.ShouldStartWith("policy.yaml:15: mail_credit is filled in on a form");
    }

    [Theory]
    [InlineData("    second_approver_above: { usd: \"200.00\" }\n", "second_approver_above")]
    [InlineData("    caps:\n      per_customer_per_day: { usd: \"300.00\" }\n", "caps")]
    public void ReadPolicy_MoneyWithoutALimit_MustSayNone(string limit, string key)
    {
        Bench.Policy.ShouldContain(limit);

        var fault = Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(ConfigFile.Parse("policy.yaml", Bench.Policy.Replace(limit, "")), Catalog));

        fault.Message.ShouldStartWith($"policy.yaml:2: '{key}' is missing for credit_invoice");
        var none = PolicyFile.Read(ConfigFile.Parse("policy.yaml", Bench.Policy.Replace(limit, $"    {key}: none\n")), Catalog).For("credit_invoice");
        (key == "caps" ? none.PerCustomerPerDay : none.SecondApproverAbove).ShouldBeNull();
    }

    [Fact]
    public void ReadPolicy_OperationWithoutPolicy_StopsTheStart()
    {
        var text = Bench.Policy[..Bench.Policy.IndexOf("  mail_credit", StringComparison.Ordinal)];

        Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(ConfigFile.Parse("policy.yaml", text), Catalog))
            .Message.ShouldContain("no policy for mail_credit");
    }

    [Theory]
    [InlineData("", "'limit' is missing for credit_invoice")]
    [InlineData("    limit: { days: 0, per_customer: { usd: \"5.00\" }, words: W }\n", "from 1 to 366")]
    [InlineData("    limit: { days: 90, per_customer: { usd: \"5.005\" }, words: W }\n", "is no amount")]
    [InlineData("    limit: { days: 90, per_customer: { usd: \"5.00\" } }\n", "'words' is missing")]
    public void ReadPolicy_LimitMissingOrUnfit_StopsTheStart(string limit, string says)
    {
        var catalog = new OperationCatalog([CreditInvoice.Descriptor with { NeedsLimit = true }, MailCredit.Descriptor]);
        var text = Bench.Policy.Replace("  mail_credit:", limit + "  mail_credit:");

        Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(ConfigFile.Parse("policy.yaml", text), catalog)).Message.ShouldContain(says);
    }

    [Fact]
    public void ReadPolicy_LimitOfAnOperationThatKeepsNone_StopsTheStart() => Should.Throw<GovernanceConfigurationException>(() => PolicyFile.Read(
        ConfigFile.Parse("policy.yaml", Bench.Policy.Replace("  mail_credit:", "    limit: { days: 9, per_customer: { usd: \"5.00\" }, words: W }\n  mail_credit:")), Catalog))
        .Message.ShouldContain("keeps no 'limit'");

    [Fact]
    public void ReadPolicy_SameContent_HasTheSameVersion()
    {
        var version = Version(Bench.Policy);

        Version("# a comment\r\n" + Bench.Policy.Replace("\n", "\r\n")).ShouldBe(version);
        Version(Bench.Policy.Replace("200.00", "200.01")).ShouldNotBe(version);

        static string Version(string text) => PolicyFile.Read(ConfigFile.Parse("policy.yaml", text), Catalog).Version;
    }

    [Theory]
    [InlineData("operations: { credit_invoice: on }", "unknown phase 'on'. Allowed: read_only, assisted, automated.")]
    [InlineData("operations: { credit_invoice: off }", "unknown phase 'off'. Allowed: read_only, assisted, automated.")]
    [InlineData("operations: { credit_invoice: { phase: assisted, segments: [eu] } }", "unknown segment 'eu'")]
    [InlineData("operations: { credit_invoice: { phase: assisted, who: eu } }", "unknown key 'who'. Allowed: phase, segments.")]
    [InlineData("operations: {}\nplaybooks: { payment_failed: sometimes }", "unknown phase 'sometimes'. Allowed: off, read_only, assisted, automated.")]
    [InlineData("operations: {}\nsegments: { eu: { country: [DE] } }", "unknown key 'country'. Allowed: plans, countries, tags, mrr_from, mrr_below.")]
    [InlineData("operations: {}\nsegments: { big: { mrr_from: { usd: \"1.001\" } } }", "is no amount")]
    [InlineData("operations: {}\nbreaker: { rejection_rate: 2 }", "must be a number from 0.01 to 1")]
    [InlineData("operations: {}\nrollout: {}", "unknown key 'rollout'. Allowed: operations, playbooks, segments, breaker.")]
    [InlineData("operations: { credit: assisted }", "unknown operation 'credit'")]
    [InlineData("operations: [credit_invoice]", "must be a map")]
    [InlineData("operations: {}\noperations: {}", "rollout.yaml:2")]
    [InlineData("operations: {", "rollout.yaml:2")]
    [InlineData("", "must hold one map")]
    public void ReadRollout_Fault_IsNamed(string text, string says) =>
        Should.Throw<GovernanceConfigurationException>(() => RolloutFile.Read(ConfigFile.Parse("rollout.yaml", text), Catalog)).Message.ShouldContain(says);

    [Theory]
    [InlineData("- { id: a, name: A, roles: [king] }", "unknown role 'king'")]
    [InlineData("- { id: a, name: A, roles: [admin], phone: 1 }", "unknown key 'phone'. Allowed: id, name, roles, teams, slack, mail.")]
    [InlineData("- { id: automation, name: A, roles: [admin] }", "copilot's own")]
    [InlineData("- { id: a, name: A, roles: [admin], slack: U1 }\n- { id: b, name: B, roles: [admin], slack: u1 }", "same slack")]
    [InlineData("- { id: a, name: A }", "'roles' is missing")]
    public void ReadPeople_Fault_IsNamed(string people, string says) =>
        Should.Throw<GovernanceConfigurationException>(() => _ = PeopleFile.Read(ConfigFile.Parse("people.yaml", "people:\n" + people))).Message.ShouldContain(says);

    [Fact]
    public void Defaults_OfTheSandbox_AreWhole()
    {
        using var services = Start(new GovernanceOptions { Rollout = { SandboxMode = true } });

        services.CheckGovernance();

        services.GetRequiredService<PeopleDirectory>().All.Select(p => p.Id).ShouldBe(["vera", "sam", "olivia", "frank", "fiona", "ada"]);
        var policies = services.GetRequiredService<PolicyBook>();
        policies.For("issue_refund").Propose.ShouldNotContain(Roles.Automation);
        policies.For("send_dunning_email").Propose.ShouldContain(Roles.Automation);
        services.GetRequiredService<RolloutPlan>().PhaseOf("issue_refund").ShouldBe(RolloutPhase.Assisted);
    }

    [Fact]
    public void Defaults_WithAnotherKey_AreReadOnlyAndKnowNobody()
    {
        using var services = Start(new GovernanceOptions());

        services.GetRequiredService<RolloutPlan>().PhaseOf("issue_refund").ShouldBe(RolloutPhase.ReadOnly);
        services.GetRequiredService<PeopleDirectory>().All.ShouldBeEmpty();
    }

    /// <summary>A mounted file is a link to a link: neither its own time nor its length says that the content is another.</summary>
    [Fact]
    public void WatchedPeople_BehindALink_AreReadAgain()
    {
        var folder = Directory.CreateTempSubdirectory("people-").FullName;
        try
        {
            Mount("v1", "finance");
            File.CreateSymbolicLink(Path.Combine(folder, "people.yaml"), Path.Combine("data", "people.yaml"));
            var people = new WatchedPeople(Path.Combine(folder, "people.yaml"), NullLogger<WatchedPeople>.Instance);
            people.Now().Single(p => p.Id == "frank").Roles.ShouldBe(["finance"]);

            Directory.Delete(Path.Combine(folder, "data"));
            Mount("v2", "support");

            people.Now().Single(p => p.Id == "frank").Roles.ShouldBe(["support"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void Mount(string version, string role)
        {
            var to = Directory.CreateDirectory(Path.Combine(folder, version)).FullName;
            File.WriteAllText(Path.Combine(to, "people.yaml"), $"people:\n  - {{ id: frank, name: Frank Moreau, roles: [{role}] }}\n  - {{ id: ada, name: Ada, roles: [admin] }}\n");
            Directory.CreateSymbolicLink(Path.Combine(folder, "data"), version);
        }
    }

    [Fact]
    public void Start_MissingFile_IsNamed()
    {
        using var services = Start(new GovernanceOptions { PolicyFile = "nowhere/policy.yaml" });

        Should.Throw<GovernanceConfigurationException>(services.CheckGovernance).Message.ShouldContain("nowhere/policy.yaml:1: the file does not exist");
    }

    private static ServiceProvider Start(GovernanceOptions options)
    {
        var services = new ServiceCollection().AddStorage(new StorageOptions()).AddGovernance(options);
        return services.AddSingleton(Shipped).BuildServiceProvider();
    }
}

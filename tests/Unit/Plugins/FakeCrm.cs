using BillingCopilot.Plugins.Crm;
using BillingCopilot.Storage;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A CRM with the accounts that a test puts in.</summary>
internal sealed class FakeCrm : ICrm
{
    private readonly Dictionary<string, CrmAccount> _accounts = new(StringComparer.Ordinal);

    public void Set(string customerId, CrmAccount account) => _accounts[customerId] = account;

    public Task<CrmAccount?> AccountAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) => Task.FromResult(_accounts.GetValueOrDefault(customerId));

    public Task<IReadOnlyList<CrmNote>> NotesAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CrmNote>>([]);

    public Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken) => Task.FromResult(false);
}

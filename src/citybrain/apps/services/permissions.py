"""What may be done in the services room."""

from citybrain.kernel.permissions import declare

declare("services.apply", zh="申请办事、查看自己的办件、评价", en="Apply, follow one's own cases, rate them")
declare("services.receive", zh="在综合窗口收件", en="Receive at a comprehensive window")
declare("services.approve", zh="在审批工作台办理", en="Work on the approvers' bench")
declare("services.lights", zh="查看本单位办件红黄绿灯", en="See the lights of one's unit")
declare("services.ratings", zh="查看本单位评价与整改", en="See ratings and rectification of one's unit")
